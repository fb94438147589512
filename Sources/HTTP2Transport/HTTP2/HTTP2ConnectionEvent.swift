/// An event of a connection as a whole.
package enum HTTP2ConnectionEvent: Hashable, Sendable {
  /// The server sent GOAWAY: the connection accepts no more requests, and open requests that GOAWAY permits go on. Each
  /// GOAWAY is reported.
  case goAway(code: UInt32, debug: String)
  /// The stream identifiers are used up: the connection accepts no more requests, and open requests go on.
  case streamsExhausted
  /// Several requests in a row timed out: the connection accepts no more requests, and open requests go on.
  case unresponsive
  /// The connection has ended.
  case closed(HTTP2CloseReason)
}

/// The reason why a connection ended.
package enum HTTP2CloseReason: Hashable, Sendable {
  /// `close(deadline:)` ended the connection, or no request was open after a GOAWAY without error.
  case orderly
  /// The server closed the connection, the transport or TLS failed, or the server violated the protocol.
  case lost(String)
  /// The server didn't answer a PING in time.
  case unresponsive(String)
}
