package import OTLPTesting
internal import OTLPWire
internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

/// Answers the requests of `otlp receive`: writes or collects the items, and counts requests for other services.
package final class RequestHandler: Sendable {
  private struct State {
    var board: TraceBoard?
    var lines: ItemLines?
    var failure: String?
    /// The number of requests by service, except for those that are taken.
    var others: [String: Int] = [:]
    var refusals = Refusals()
  }

  private static let maxServices = 20

  private let files: SignalFiles?
  private let database: DatabaseSink?
  private let onFailure: @Sendable () -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - files: The files for items; nil if they are not written.
  ///   - database: The database for spans and log records; nil if they are not stored.
  ///   - isShown: If true, the handler keeps spans for ``takeQuiet(for:)`` and lines for ``takeLines()``.
  ///   - onFailure: Called once if a line can't be written.
  package init(
    files: SignalFiles?, database: DatabaseSink? = nil, isShown: Bool, isVerbose: Bool = false,
    onFailure: @escaping @Sendable () -> Void
  ) {
    self.files = files
    self.database = database
    self.onFailure = onFailure
    state = Mutex(
      State(board: isShown ? TraceBoard() : nil, lines: isShown ? ItemLines(isVerbose: isVerbose) : nil))
  }

  /// Answers a request after the items have been written or kept.
  package func answer(_ request: LoopbackCollector.Request) -> LoopbackCollector.Response {
    if let database { return store(request, database) }
    guard let signal = request.signal, files?.takes(signal) != false else { return answerOther(request) }
    return state.withLock { state in
      if let files, state.failure == nil, let reason = files.append(request) {
        state.failure = "\(files.name): \(reason)"
        onFailure()
      }
      if let failure = state.failure {
        _ = state.refusals.refused(request.key)
        return .status(.unavailable, message: "otlp receive can't write: \(failure)")
      }
      state.board?.add(request.spans, at: .system)
      state.lines?.add(request.logRecords)
      state.lines?.add(request.metrics)
      return .success
    }
  }

  private func store(_ request: LoopbackCollector.Request, _ database: DatabaseSink) -> LoopbackCollector.Response {
    let outcome: DatabaseSink.Outcome
    switch request.signal {
    case .traces: outcome = database.store(request.spans)
    case .logs: outcome = database.store(request.logRecords)
    default: return answerOther(request)
    }
    if case .notStored(let reason) = outcome {
      if state.withLock({ $0.refusals.refused(request.key) }) {
        report("\(database.name): items are refused: \(reason)")
      }
      return .status(.unavailable, message: "otlp receive can't store the items: \(reason)")
    }
    if state.withLock({ $0.refusals.taken(request.key) }) { report("\(database.name): items are stored again") }
    guard case .rejected(let count, let reason) = outcome else { return .success }
    if state.withLock({ $0.refusals.rejected(count) }) {
      report("\(database.name): items are rejected, and others stored: \(reason)")
    }
    return .partialSuccess(rejected: Int64(count), message: "otlp receive can't store all items: \(reason)")
  }

  private func report(_ text: String) { TextOutput.error.line("otlp receive: --database: \(text)") }

  /// Accepts other services, so that an application that also exports profiles sees no errors. With a file the handler refuses such
  /// requests, because the file doesn't store them.
  private func answerOther(_ request: LoopbackCollector.Request) -> LoopbackCollector.Response {
    let path = request.path
    // A path of OTLP over HTTP has the signal's name at its end.
    let name = path.hasPrefix("/v1/") ? path : path.split(separator: "/").first.map(String.init) ?? path
    let service = name.sanitized(limit: 100)
    state.withLock { state in
      let isKnown = state.others[service] != nil || state.others.count < Self.maxServices
      state.others[isKnown ? service : "other services", default: 0] += 1
    }
    guard files != nil || database != nil else { return .success }
    guard request.signal != nil || Self.isMethod(path) else {
      return .status(.notFound, message: "no service at \(path.sanitized(limit: 200))")
    }
    guard database == nil else {
      return .status(.unimplemented, message: "otlp receive --database stores only traces and log records")
    }
    return .status(.unimplemented, message: "otlp receive --output stores only \(files?.signals ?? "")")
  }

  /// True for the path of a method of gRPC, `/package.Service/Method`, which is unimplemented rather than not found.
  private static func isMethod(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0].isEmpty && parts[1].contains(".")
  }

  /// The error of the first line that could not be written.
  package var failure: String? { state.withLock { $0.failure } }

  /// Takes the traces of which no span arrived within `quiet`, and the numbers of discarded traces and spans.
  package func takeQuiet(for quiet: Duration) -> (traces: [TraceBoard.ReadyTrace], discarded: TraceBoard.Discarded) {
    state.withLock { state in
      (state.board?.takeQuiet(for: quiet, at: .system) ?? [], state.board?.takeDiscarded() ?? .init())
    }
  }

  /// Takes the lines of log records and metrics, and the number of discarded ones.
  package func takeLines() -> (lines: [String], discarded: Int) {
    state.withLock { state in state.lines?.take() ?? ([], 0) }
  }

  /// A sentence on the requests for other services; nil if there were none.
  package var otherRequests: String? {
    let others = state.withLock { $0.others }
    guard !others.isEmpty else { return nil }
    let counts = others.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
    return
      "\(files == nil && database == nil ? "requests of other services, not shown" : "requests of other services, refused"): \(counts)"
  }

  /// The number of requests for other services.
  package var otherCount: Int { state.withLock { $0.others.values.reduce(0, +) } }

  /// The requests that were answered UNAVAILABLE.
  package var refusals: Refusals { state.withLock { $0.refusals } }
}

extension LoopbackCollector.Request {
  fileprivate var key: Refusals.Key {
    switch signal {
    case .metrics: Refusals.Key(metrics, items: itemCount)
    case .logs: Refusals.Key(logRecords, items: itemCount)
    default: Refusals.Key(spans, items: itemCount)
    }
  }
}
