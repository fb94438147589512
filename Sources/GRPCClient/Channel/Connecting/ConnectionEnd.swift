internal import HTTP2Transport
internal import TelemetryCore

/// The end of a connection for new calls.
struct ConnectionEnd: Hashable {
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

extension ConnectionEnd {
  init(_ event: HTTP2ConnectionEvent, at instant: MonotonicInstant) {
    self.instant = instant
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
