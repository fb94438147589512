internal import HTTP2Transport
internal import TelemetryCore

/// What became of one connection. The channel looks here when the connection takes no more calls.
///
/// The connection could tell the channel itself, by a weak reference; but each retain and release of an object that
/// has one costs many times as much.
final class LinkEvents: Sendable {
  /// From when on no more calls were taken.
  struct End: Sendable {
    /// By a GOAWAY without error, or the like.
    var isOrderly: Bool
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
      let isOrderly: Bool
      switch event {
      case .goAway(let code, _): isOrderly = code == 0
      case .streamsExhausted: isOrderly = true
      case .closed(let reason):
        isOrderly = reason == .orderly
        state.isClosed = true
      }
      // The first one counts: what follows a GOAWAY is its end.
      if state.end == nil { state.end = End(isOrderly: isOrderly, instant: now) }
    }
  }
}
