/// The reason why a connection ended.
package enum HTTP2CloseReason: Hashable, Sendable {
  /// `close(deadline:)` ended the connection, or no request was open after a GOAWAY without error.
  case orderly
  /// The server closed the connection, the transport or TLS failed, or the server violated the protocol.
  case lost(String)
  /// The server didn't answer a PING in time.
  case unresponsive(String)
}
