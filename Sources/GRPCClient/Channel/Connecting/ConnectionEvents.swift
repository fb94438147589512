internal import HTTP2Transport
internal import TelemetryCore

/// The events of one connection, for the channel to read when the connection takes no more calls.
///
/// The connection doesn't notify the channel, which would need a weak reference: each retain and release of an object
/// with weak references costs many times as much.
final class ConnectionEvents: Sendable {
  /// The end of a connection for new calls.
  struct End: Hashable, Sendable {
    enum Kind: Hashable {
      /// A GOAWAY without error, used up stream identifiers, or a close by this side.
      case orderly
      /// An error.
      case lost
      /// The server answered neither calls nor a PING.
      case unresponsive
    }

    var kind: Kind
    var reason: String?
    /// The instant after which the connection took no more calls.
    var instant: MonotonicInstant
  }

  private struct State {
    var end: End?
    var isClosed = false
  }

  private let state = Locked(State())

  var end: End? { state.withLock { $0.end } }
  var isClosed: Bool { state.withLock { $0.isClosed } }

  func record(_ event: HTTP2ConnectionEvent, at now: MonotonicInstant) {
    state.withLock { state in
      if case .closed = event { state.isClosed = true }
      // The first event counts: a close after a GOAWAY is a part of the same end.
      if state.end == nil { state.end = End(event, at: now) }
    }
  }
}

extension ConnectionEvents.End {
  fileprivate init(_ event: HTTP2ConnectionEvent, at now: MonotonicInstant) {
    instant = now
    switch event {
    case .goAway(let code, _):
      kind = code == 0 ? .orderly : .lost
      reason = "GOAWAY \(HTTP2ErrorCode.name(of: code))"
    case .streamsExhausted, .closed(.orderly): kind = .orderly
    case .unresponsive: kind = .unresponsive
    case .closed(.lost(let text)):
      kind = .lost
      reason = text.sanitized(limit: 200)
    case .closed(.unresponsive(let text)):
      kind = .unresponsive
      reason = text.sanitized(limit: 200)
    }
  }
}
