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
