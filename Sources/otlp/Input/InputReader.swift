package import OTLPWire
internal import Synchronization
package import TelemetrySDK

/// Reads documents of OTLP JSON and hands out their spans.
package final class InputReader: Sendable {
  package struct Result: Hashable, Sendable {
    /// Documents, also those that were refused.
    package var documents = 0
    /// Lines and documents that can't be used.
    package var bad = 0
    package var spans = 0
    package var skipped = OTLPJSON.OtherItems()
    /// Why reading ended before the end.
    package var failure: Shortfall?
    package var isComplete = false
  }

  private let source: ByteSource
  private let isStopped: @Sendable () -> Bool
  private let isAbandoned = Atomic<Bool>(false)
  private let onSpan: @Sendable (SpanData) -> Void
  private let complaints: Complaints
  private let state = Mutex(Result())
  private let isHandingOut = Atomic<Bool>(false)

  package init(
    _ source: ByteSource, complaints: Complaints, isStopped: @escaping @Sendable () -> Bool,
    onSpan: @escaping @Sendable (SpanData) -> Void
  ) {
    self.source = source
    self.complaints = complaints
    self.isStopped = isStopped
    self.onSpan = onSpan
  }

  package var result: Result { state.withLock { $0 } }

  /// Whether a span has been read that was not taken yet.
  package var isWaiting: Bool { isHandingOut.load(ordering: .relaxed) }

  /// Has it end after the span that it is at, which a full queue may hold up.
  package func abandon() { isAbandoned.store(true, ordering: .relaxed) }

  private var isEnding: Bool { isAbandoned.load(ordering: .relaxed) || isStopped() }

  package func run() {
    var splitter = JSONDocumentSplitter()
    let failure = read(into: &splitter)
    // What is under way at a failure is cut by it, which says enough.
    if failure == nil {
      splitter.finish()
      drain(&splitter)
    }
    state.withLock { state in
      state.failure = failure
      state.isComplete = !isEnding
    }
  }

  /// Reads to the end; why it couldn't.
  private func read(into splitter: inout JSONDocumentSplitter) -> Shortfall? {
    var source = source
    var prefix: [UInt8] = []
    var inflater: GzipStream?
    var isKnown = false
    while !isEnding {
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

  /// Looks at the first bytes; why they can't be read.
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
    while !isEnding, let piece = splitter.next() {
      state.withLock { $0.documents += 1 }
      switch piece {
      case .document(let document): take(document)
      case .problem(let line, let reason): refuse("line \(line): \(reason)")
      }
    }
  }

  private func take(_ document: JSONDocumentSplitter.Document) {
    do throws(JSONError) {
      let (spans, others) = try OTLPJSON.decodeDocument(document.text)
      state.withLock { state in
        state.spans += spans.count
        state.skipped.add(others)
      }
      if spans.isEmpty, others.isEmpty { complaints.add("line \(document.line): nothing to send: it holds no spans") }
      isHandingOut.store(true, ordering: .relaxed)
      for span in spans where !isEnding { onSpan(span) }
      isHandingOut.store(false, ordering: .relaxed)
    } catch {
      let (line, column) = document.place(of: error.offset)
      refuse("line \(line): \(error.reason), at byte \(column)")
    }
  }

  private func refuse(_ problem: String) {
    state.withLock { $0.bad += 1 }
    complaints.add(problem)
  }
}

extension InputReader.Result {
  /// What has to be said at the end beside the losses.
  /// - Parameter name: The input's name.
  package func shortfalls(_ name: String) -> [Shortfall] {
    var list: [Shortfall] = []
    if let failure { list.append(Shortfall(failure.code, "\(name): \(failure.message)")) }
    if bad > 0 { list.append(Shortfall(.badData, "\(bad) of \(documents) documents could not be read", isSaid: true)) }
    if !skipped.isEmpty {
      list.append(Shortfall(.badData, "skipped \(skipped.text): only spans can be sent"))
    } else if spans == 0, bad == 0, failure == nil, isComplete, documents > 0 {
      list.append(Shortfall(.badData, "\(name): nothing to send: it holds no spans", isSaid: true))
    }
    return list
  }
}

extension JSONDocumentSplitter.Document {
  /// The line in the input and the byte in that line of a byte of the text.
  package func place(of offset: Int) -> (line: Int, column: Int) {
    let before = text.prefix(offset)
    guard let lastBreak = before.lastIndex(of: UInt8(ascii: "\n")) else { return (line, column + offset) }
    return (line + before.count { $0 == UInt8(ascii: "\n") }, offset - lastBreak - 1)
  }
}

extension OTLPJSON.OtherItems {
  package mutating func add(_ other: OTLPJSON.OtherItems) {
    metrics += other.metrics
    logRecords += other.logRecords
    profiles += other.profiles
  }

  package var text: String {
    let counts = [("metrics", metrics), ("log records", logRecords), ("profiles", profiles)]
    return counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }
}
