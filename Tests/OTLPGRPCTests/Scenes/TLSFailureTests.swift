import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The error for each misconfiguration of TLS (5.9.9).
@Suite(.ownThreads) struct TLSFailureTests {
  /// A misconfiguration and its message.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The server's certificate; nil for plaintext.
    var server: String?
    var protocols = ["h2"]
    var scheme = "https"
    var connection = LoopbackCollector.ConnectionBehavior.serve
    var message: String

    init(
      _ name: String, server: String? = "server", protocols: [String] = ["h2"], scheme: String = "https",
      connection: LoopbackCollector.ConnectionBehavior = .serve, message: String
    ) {
      testDescription = name
      self.server = server
      self.protocols = protocols
      self.scheme = scheme
      self.connection = connection
      self.message = message
    }
  }

  private static let http1 = Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8)

  static let cases = [
    Case("expired", server: "expired", message: "the certificate of localhost expired on Jan  1 00:00:00 2001 GMT"),
    Case(
      "not yet valid", server: "future",
      message: "the certificate of localhost is not valid before Jan  1 00:00:00 2090 GMT"),
    Case(
      "wrong host", server: "other_name",
      message: "the server's certificate is for other.example, 192.0.2.1, not for localhost"),
    Case(
      "unknown authority", server: "other_server",
      message: "the certificate of localhost was issued by '/CN=another test authority', which is not among the "
        + "authorities in '\(certificates)ca.pem'"),
    Case(
      "self-signed", server: "self_signed",
      message: "the certificate of localhost is self-signed and not among the authorities in '\(certificates)ca.pem'"),
    Case(
      "no ALPN", protocols: [],
      message: "localhost doesn't speak HTTP/2 at this port (ALPN: it negotiated no protocol)"),
    Case(
      "ALPN without h2", protocols: ["http/1.1"],
      message: "localhost doesn't speak HTTP/2 at this port (ALPN: no common protocol)"),
    Case(
      "HTTP/1.1 in plaintext", server: nil, scheme: "http", connection: .reply(http1),
      message: "the server answers in HTTP/1, not HTTP/2: is this the port for OTLP over gRPC?"),
    Case(
      "TLS to a port of HTTP/1.1", server: nil, connection: .reply(http1),
      message: "localhost answered in plaintext HTTP/1: this is no TLS port (use http:// for plaintext)"),
    // Most servers answer plaintext with an alert, some hang up.
    Case(
      "plaintext to a TLS port", server: nil, scheme: "http", connection: .reply([0x15, 3, 3, 0, 2, 2, 70]),
      message: "the server speaks TLS at this port: use https://"),
    Case(
      "plaintext to a TLS port that hangs up", scheme: "http",
      message: "the server closed the connection before HTTP/2 was set up (does it want TLS?)"),
    Case(
      "TLS to a plaintext port", server: nil,
      message: "localhost answered in plaintext HTTP/2: this is no TLS port (use http:// for plaintext)"),
    Case(
      "TLS to a port that hangs up", server: nil, connection: .reply([]),
      message: "localhost closed the connection in the TLS handshake (does it speak TLS at this port?)"),
  ]

  @Test(arguments: cases) func theErrorExplainsTheMisconfiguration(_ wrong: Case) throws {
    var configuration = LoopbackCollector.Configuration()
    if let server = wrong.server {
      var tls = LoopbackCollector.TLS(
        certificate: certificates + "\(server).pem", privateKey: certificates + "\(server).key")
      tls.applicationProtocols = wrong.protocols
      configuration.tls = tls
    }
    try simulate(seed: 1, limit: .seconds(600)) { [configuration] simulation in
      simulation.network.setHost("localhost", .addresses([0x0A00_0001]))
      let scene = try await ExporterScene(simulation, collector: configuration) {
        $0.endpoint = "\(wrong.scheme)://localhost:4317"
        if wrong.scheme == "https" { $0.certificate = .file(certificates + "ca.pem") }
      }
      for _ in 0..<20 { scene.collector.scriptConnections(wrong.connection) }
      let outcome = await scene.export(5, within: .seconds(3))
      #expect(outcome.dropped == [.unreachable: 5])
      let error = try #require(outcome.error as? OTLPError)
      #expect(error.message.contains(wrong.message), "\(error)")
      let warning = try #require(scene.log.events.first { $0.level == .warning })
      #expect(warning.description.contains(wrong.message), "\(warning)")
      #expect(scene.collector.requestCount == 0)
      await scene.end()
    }
  }
}
