internal import OTLPGRPC
package import OTLPTesting
internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

/// What `otlp receive` does with requests: writes or shows the spans, and counts the rest.
package final class Reception: Sendable {
  private struct State {
    var board: TraceBoard?
    var failure: String?
    /// Requests by service, for services other than the one of traces.
    var others: [String: Int] = [:]
    var refusedSpans = 0
  }

  private static let maxServices = 20

  private let file: SpanFile?
  private let onFailure: @Sendable () -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - file: Where spans are written to, if anywhere.
  ///   - showsTraces: Whether they are kept to be shown.
  ///   - onFailure: Called once, when a line can't be written.
  package init(file: SpanFile?, showsTraces: Bool, onFailure: @escaping @Sendable () -> Void) {
    self.file = file
    self.onFailure = onFailure
    state = Mutex(State(board: showsTraces ? TraceBoard() : nil))
  }

  /// Answers a request once its spans are where they belong.
  package func answer(_ request: LoopbackCollector.Request) -> LoopbackCollector.Response {
    guard request.path == GRPCExportClient.tracesPath else { return answerOther(request.path) }
    return state.withLock { state in
      if let file, state.failure == nil, let reason = file.append(request.spans) {
        state.failure = "\(file.name): \(reason)"
        onFailure()
      }
      if let failure = state.failure {
        state.refusedSpans += request.spanCount
        return .status(.unavailable, message: "otlp receive can't write: \(failure)")
      }
      state.board?.add(request.spans, at: .system)
      return .success
    }
  }

  /// Metrics, log records and whatever else there is are counted. They are accepted, so that an application that exports
  /// them finds nothing to complain of, unless a file is written, which they would be missing from.
  private func answerOther(_ path: String) -> LoopbackCollector.Response {
    let service = (path.split(separator: "/").first.map(String.init) ?? path).sanitized(limit: 100)
    state.withLock { state in
      let isKnown = state.others[service] != nil || state.others.count < Self.maxServices
      state.others[isKnown ? service : "other services", default: 0] += 1
    }
    return file == nil ? .success : .status(.unimplemented, message: "otlp receive --output keeps only traces")
  }

  /// Why spans can't be written; nil if they can.
  package var failure: String? { state.withLock { $0.failure } }

  /// Traces that have been quiet for so long, and what could not be kept.
  package func takeQuiet(for quiet: Duration) -> (traces: [TraceBoard.Shown], letGo: TraceBoard.LetGo) {
    state.withLock { state in
      guard state.board != nil else { return ([], TraceBoard.LetGo()) }
      return (state.board?.takeQuiet(for: quiet, at: .system) ?? [], state.board?.takeLetGo() ?? TraceBoard.LetGo())
    }
  }

  /// What was not traces, in words; nil if there was nothing.
  package var otherRequests: String? {
    let others = state.withLock { $0.others }
    guard !others.isEmpty else { return nil }
    let counts = others.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
    return "\(file == nil ? "requests that it can't show" : "requests that it can't write and refused"): \(counts)"
  }

  /// Requests that were not traces.
  package var otherCount: Int { state.withLock { $0.others.values.reduce(0, +) } }

  package var refusedSpans: Int { state.withLock { $0.refusedSpans } }
}
