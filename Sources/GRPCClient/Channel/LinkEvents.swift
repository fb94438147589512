internal import HTTP2Transport
internal import TelemetryCore

/// What became of one connection. The channel looks here when the connection takes no more calls.
///
/// The connection could tell the channel itself, by a weak reference; but each retain and release of an object that
/// has one costs many times as much.
final class LinkEvents: Sendable {
  /// From when on no more calls were taken.
  struct End: Sendable {
    var kind: BalancerState.End
    /// What was said of it, if anything was.
    var words: String?
    var instant: MonotonicInstant
  }

  private struct State {
    var end: End?
    var isClosed = false
  }

  private let state = Locked(State())

  var end: End? { state.withLock { $0.end } }
  var isClosed: Bool { state.withLock { $0.isClosed } }

  func note(_ event: HTTP2ConnectionEvent, at now: MonotonicInstant) {
    state.withLock { state in
      let kind: BalancerState.End
      var words: String?
      switch event {
      case .goAway(let code, _):
        kind = code == 0 ? .orderly : .lost
        words = "GOAWAY \(GRPCResponse.name(of: code))"
      case .streamsExhausted: kind = .orderly
      case .unresponsive: kind = .unresponsive
      case .closed(let reason):
        state.isClosed = true
        switch reason {
        case .orderly: kind = .orderly
        case .lost(let reason): (kind, words) = (.lost, reason.sanitized(limit: 200))
        case .unresponsive(let reason): (kind, words) = (.unresponsive, reason.sanitized(limit: 200))
        }
      }
      // The first one counts: what follows a GOAWAY is its end.
      if state.end == nil { state.end = End(kind: kind, words: words, instant: now) }
    }
  }
}
