package import OTLPTesting
internal import OTLPWire
internal import Synchronization
internal import TelemetryCore
internal import TelemetrySDK

/// Answers the requests of `otlp receive`: writes or collects the spans, and counts requests for other services.
package final class RequestHandler: Sendable {
  private struct State {
    var board: TraceBoard?
    var failure: String?
    /// The number of requests by service, except for traces.
    var others: [String: Int] = [:]
    var refusedSpans = 0
  }

  private static let maxServices = 20

  private let file: SpanFile?
  private let onFailure: @Sendable () -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - file: The file for spans; nil if they are not written.
  ///   - showsTraces: If true, the handler keeps spans for ``takeQuiet(for:)``.
  ///   - onFailure: Called once if a line can't be written.
  package init(file: SpanFile?, showsTraces: Bool, onFailure: @escaping @Sendable () -> Void) {
    self.file = file
    self.onFailure = onFailure
    state = Mutex(State(board: showsTraces ? TraceBoard() : nil))
  }

  /// Answers a request after the spans have been written or kept.
  package func answer(_ request: LoopbackCollector.Request) -> LoopbackCollector.Response {
    guard request.signal == .traces else { return answerOther(request.path) }
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

  /// Accepts other services, so that an application that also exports metrics or log records sees no errors. With a file
  /// the handler refuses such requests, because the file stores only traces.
  private func answerOther(_ path: String) -> LoopbackCollector.Response {
    // A path of OTLP over HTTP has the signal's name at its end.
    let name = path.hasPrefix("/v1/") ? path : path.split(separator: "/").first.map(String.init) ?? path
    let service = name.sanitized(limit: 100)
    state.withLock { state in
      let isKnown = state.others[service] != nil || state.others.count < Self.maxServices
      state.others[isKnown ? service : "other services", default: 0] += 1
    }
    return file == nil ? .success : .status(.unimplemented, message: "otlp receive --output stores only traces")
  }

  /// The error of the first line that could not be written.
  package var failure: String? { state.withLock { $0.failure } }

  /// Takes the traces of which no span arrived within `quiet`, and the numbers of discarded traces and spans.
  package func takeQuiet(for quiet: Duration) -> (traces: [TraceBoard.ReadyTrace], discarded: TraceBoard.Discarded) {
    state.withLock { state in
      (state.board?.takeQuiet(for: quiet, at: .system) ?? [], state.board?.takeDiscarded() ?? .init())
    }
  }

  /// A sentence on the requests for other services; nil if there were none.
  package var otherRequests: String? {
    let others = state.withLock { $0.others }
    guard !others.isEmpty else { return nil }
    let counts = others.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
    return "\(file == nil ? "requests of other services, not shown" : "requests of other services, refused"): \(counts)"
  }

  /// The number of requests for other services.
  package var otherCount: Int { state.withLock { $0.others.values.reduce(0, +) } }

  package var refusedSpans: Int { state.withLock { $0.refusedSpans } }
}
