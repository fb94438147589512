package import HTTP2Transport
package import OTLPExport

/// The failure that ended a probe.
package enum ProbeFailure: Sendable {
  /// No connection was made.
  case network(NetworkError)
  /// The connection was made, but a handshake failed. `isSecurityMismatch` is true if the server speaks TLS and the probe
  /// plaintext, or the reverse.
  case handshake(HTTP2ConnectError, isSecurityMismatch: Bool)
  /// The endpoint is of OTLP over HTTP, but the server speaks HTTP/2 without TLS, as gRPC does.
  case http2Server
  /// The empty request was not accepted. `acceptsUncompressed` is true if the server accepted the
  /// request without compression.
  case export(AttemptFailure, acceptsUncompressed: Bool)
}
