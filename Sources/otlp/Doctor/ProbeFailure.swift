package import HTTP2Transport
package import OTLPExport

/// How far a probe came, and what stopped it.
package enum ProbeFailure: Sendable {
  case network(NetworkError)
  /// The connection stands, and no HTTP/2 came of it. `speaksOther` is what a second look found: whether the server
  /// speaks TLS where plaintext was tried, or plaintext where TLS was tried.
  case handshake(HTTP2ConnectError, speaksOther: Bool)
  /// The empty request was not accepted. `isTakenPlain`: it was, once it came uncompressed.
  case export(AttemptFailure, isTakenPlain: Bool)
}
