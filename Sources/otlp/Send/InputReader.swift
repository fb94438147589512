package import OTLPWire
internal import Synchronization
package import TelemetrySDK

/// Reads documents of OTLP JSON and passes their items on.
package final class InputReader: Sendable {
  package struct Result: Hashable, Sendable {
    /// The number of valid and invalid documents.
    package var documents = 0
    /// The number of invalid documents.
    package var bad = 0
    package var spans = 0
    /// Metrics, with any number of data points.
    package var metrics = 0
    package var logRecords = 0
    /// Profiles, which no exporter takes.
    package var profiles = 0
    /// Spans, log records and data points that were read after ``InputReader/abandon()``, and not passed on.
    package var untaken = 0
    /// The failure that ended the reading.
    package var failure: Shortfall?
    /// True if the reader reached the end of the input.
    package var isComplete = false
  }

  private let source: ByteSource
  private let isStopped: @Sendable () -> Bool
  private let isAbandoned = Atomic<Bool>(false)
  private let takeSpan: @Sendable (SpanData) -> Void
  private let takeLogRecord: @Sendable (LogRecord) -> Void
  private let takeMetrics: @Sendable ([Metric]) -> Void
  private let problems: InputProblemLog
  private let state = Mutex(Result())
  private let isPassingOn = Atomic<Bool>(false)
  private let isDone = Atomic<Bool>(false)

  /// - Parameters:
  ///   - takeSpan: May wait for room, as the other two.
  ///   - takeMetrics: Takes the metrics of a document, one collection.
  package init(
    _ source: ByteSource, problems: InputProblemLog, isStopped: @escaping @Sendable () -> Bool,
    takeSpan: @escaping @Sendable (SpanData) -> Void, takeLogRecord: @escaping @Sendable (LogRecord) -> Void,
    takeMetrics: @escaping @Sendable ([Metric]) -> Void
  ) {
    self.source = source
    self.problems = problems
    self.isStopped = isStopped
    self.takeSpan = takeSpan
    self.takeLogRecord = takeLogRecord
    self.takeMetrics = takeMetrics
  }

  package var result: Result { state.withLock { $0 } }

  /// True while an item waits for room.
  package var isWaiting: Bool { isPassingOn.load(ordering: .relaxed) }

  /// True after ``run()`` returned.
  package var hasEnded: Bool { isDone.load(ordering: .acquiring) }

  /// Makes the reader pass on nothing after the present item, which may wait for room. It only counts the items of the rest.
  package func abandon() { isAbandoned.store(true, ordering: .relaxed) }

  private var takesItems: Bool { !isAbandoned.load(ordering: .relaxed) && !isStopped() }

  package func run() {
    var splitter = JSONDocumentSplitter()
    let failure = read(into: &splitter)
    // The failure cuts the last document, which needs no other message.
    if failure == nil {
      splitter.finish()
      drain(&splitter)
    }
    state.withLock { state in
      state.failure = failure
      state.isComplete = !isStopped()
    }
    isDone.store(true, ordering: .releasing)
  }

  /// - Returns: The failure before the end of the input; nil if there was none.
  private func read(into splitter: inout JSONDocumentSplitter) -> Shortfall? {
    var source = source
    var prefix: [UInt8] = []
    var inflater: GzipStream?
    var isKnown = false
    while !isStopped() {
      switch source.next() {
      case .failed(let error): return Shortfall(.noInput, SystemError.text(of: error))
      case .end:
        if !isKnown, let reason = start(prefix, &inflater) { return Shortfall(.badData, reason) }
        return isKnown ? end(inflater) : feed(prefix, inflater, &splitter) ?? end(inflater)
      case .bytes(let bytes):
        guard !isKnown else {
          if let failure = feed(bytes, inflater, &splitter) { return failure }
          continue
        }
        prefix += bytes
        guard prefix.count >= InputFormat.prefixLength || prefix.contains(UInt8(ascii: "\n")) else { continue }
        isKnown = true
        if let reason = start(prefix, &inflater) { return Shortfall(.badData, reason) }
        if let failure = feed(prefix, inflater, &splitter) { return failure }
      }
    }
    return nil
  }

  /// Selects the format by the first bytes.
  /// - Returns: The reason if the format can't be read.
  private func start(_ prefix: [UInt8], _ inflater: inout GzipStream?) -> String? {
    switch InputFormat(Array(prefix.prefix(InputFormat.prefixLength))) {
    case .text: return nil
    case .gzip:
      inflater = GzipStream()
      return nil
    case .unreadable(let reason): return reason
    }
  }

  private func feed(_ bytes: [UInt8], _ inflater: GzipStream?, _ splitter: inout JSONDocumentSplitter) -> Shortfall? {
    guard let inflater else {
      splitter.append(bytes)
      drain(&splitter)
      return nil
    }
    do throws(GzipStream.Failure) {
      try inflater.inflate(bytes) { part in
        splitter.append(part)
        drain(&splitter)
      }
      return nil
    } catch {
      return Shortfall(.badData, error.description)
    }
  }

  private func end(_ inflater: GzipStream?) -> Shortfall? {
    do throws(GzipStream.Failure) {
      try inflater?.finish()
      return nil
    } catch {
      return Shortfall(.badData, error.description)
    }
  }

  // MARK: Documents

  private func drain(_ splitter: inout JSONDocumentSplitter) {
    while !isStopped(), let piece = splitter.next() {
      state.withLock { $0.documents += 1 }
      switch piece {
      case .document(let document): take(document)
      case .problem(let line, let reason): refuse("line \(line): \(reason)")
      }
    }
  }

  private func take(_ document: JSONDocumentSplitter.Document) {
    do throws(JSONError) {
      let items = try OTLPJSON.decodeDocument(document.text)
      state.withLock { $0.add(items) }
      if items.isEmpty { problems.add("line \(document.line): nothing to send: it holds no items") }
      isPassingOn.store(true, ordering: .relaxed)
      var untaken = passOn(items.spans, takeSpan) + passOn(items.logRecords, takeLogRecord)
      if !items.metrics.isEmpty, takesItems {
        takeMetrics(items.metrics)
      } else {
        untaken += items.metrics.reduce(0) { $0 + $1.dataPointCount }
      }
      if untaken > 0 { state.withLock { $0.untaken += untaken } }
      isPassingOn.store(false, ordering: .relaxed)
    } catch {
      let (line, column) = document.place(of: error.offset)
      refuse("line \(line): \(error.reason), at byte \(column)")
    }
  }

  /// - Returns: The number of items that are not taken any more.
  private func passOn<Item>(_ items: [Item], _ take: (Item) -> Void) -> Int {
    for (index, item) in items.enumerated() {
      guard takesItems else { return items.count - index }
      take(item)
    }
    return 0
  }

  private func refuse(_ problem: String) {
    state.withLock { $0.bad += 1 }
    problems.add(problem)
  }
}

extension InputReader.Result {
  fileprivate mutating func add(_ document: OTLPJSON.Document) {
    spans += document.spans.count
    metrics += document.metrics.count
    logRecords += document.logRecords.count
    profiles += document.profiles
  }

  /// The failures besides lost items.
  /// - Parameter name: The input's name.
  package func shortfalls(_ name: String) -> [Shortfall] {
    var list: [Shortfall] = []
    if let failure { list.append(Shortfall(failure.code, "\(name): \(failure.message)")) }
    if bad > 0 {
      list.append(Shortfall(.badData, "\(bad) of \(documents) documents could not be read", isPrinted: true))
    }
    if profiles > 0 {
      list.append(
        Shortfall(.badData, "skipped \(counted(profiles, "profile")): only spans, log records and metrics can be sent"))
    }
    return list
  }
}

extension JSONDocumentSplitter.Document {
  /// The line in the input, and the byte within that line, of a byte of the text.
  package func place(of offset: Int) -> (line: Int, column: Int) {
    let before = text.prefix(offset)
    guard let lastBreak = before.lastIndex(of: UInt8(ascii: "\n")) else { return (line, column + offset) }
    return (line + before.count { $0 == UInt8(ascii: "\n") }, offset - lastBreak - 1)
  }
}
