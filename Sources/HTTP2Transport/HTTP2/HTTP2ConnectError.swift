package import TelemetryCore

/// The reason why a connection couldn't be established.
package enum HTTP2ConnectError: Error, Hashable, Sendable {
  /// TLS failed.
  case tls(TLSError)
  /// The peer answers in HTTP/1.
  case http1
  /// The peer answers plaintext with TLS.
  case peerSpeaksTLS
  /// The peer closed the connection before its SETTINGS arrived.
  case closedByPeer
  /// The transport failed.
  case transport(SystemError)
  /// The peer's bytes aren't HTTP/2, for this reason.
  case notHTTP2(String)
  /// The server sent GOAWAY at once.
  case goAway(code: UInt32, debug: String)
  /// The deadline passed before the peer's SETTINGS arrived.
  case timedOut
  /// The calling task was cancelled, or this side closed the connection.
  case cancelled
}
