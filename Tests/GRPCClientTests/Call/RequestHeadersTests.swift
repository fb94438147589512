import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct RequestHeadersTests {
  private func headers(isSecure: Bool = true, acceptsGzip: Bool = true) -> RequestHeaders {
    RequestHeaders(
      authorities: ["localhost:4317"], isSecure: isSecure, userAgent: "OTel-OTLP-Exporter-Swift/1.0.0",
      acceptsGzip: acceptsGzip,
      metadata: [
        GRPCMetadata(name: "authorization", value: "Bearer a"), .init(name: "x", value: "1", isSensitive: false),
      ])
  }

  @Test("5.1.1 to 5.1.3, 5.1.6, 5.1.7: order and values")
  func order() {
    let fields = headers().fields(path: "/a/b", encoding: .gzip)
    #expect(
      fields.map { "\($0.name): \($0.value)" } == [
        ":method: POST", ":scheme: https", ":path: /a/b", ":authority: localhost:4317", "te: trailers",
        "content-type: application/grpc", "grpc-encoding: gzip", "grpc-accept-encoding: identity,gzip",
        "user-agent: OTel-OTLP-Exporter-Swift/1.0.0", "authorization: Bearer a", "x: 1",
      ])
  }

  @Test("5.1.10: only what is a secret is kept out of the tables")
  func sensitive() {
    let fields = headers().fields(path: "/a/b", encoding: .gzip)
    #expect(fields.filter(\.sensitive).map(\.name) == ["authorization"])
  }

  @Test("5.1.6: without compression no grpc-encoding; plaintext is http; no inflater, no gzip offered")
  func plain() {
    let fields = headers(isSecure: false, acceptsGzip: false).fields(path: "/a/b", encoding: .identity)
    #expect(!fields.contains { $0.name == "grpc-encoding" })
    #expect(fields[1].value == "http")
    #expect(!fields.contains { $0.name == "grpc-accept-encoding" })
  }

  @Test("2.4.5: names become lower case, values stay")
  func valid() throws {
    let field = try GRPCMetadata(name: "X-Api.Key_1", value: "A b=c~", isSensitive: false).validated()
    #expect(field == GRPCMetadata(name: "x-api.key_1", value: "A b=c~", isSensitive: false))
    _ = try GRPCMetadata(name: "trace-bin", value: "q6ur").validated()
    _ = try GRPCMetadata(name: "empty", value: "").validated()
  }

  @Test(
    "2.4.5, 2.4.6: names that can't be sent or aren't the user's are refused; no value is ever shown",
    arguments: [
      "", ":path", "a b", "naïve", "a\n", "te", "TE", "Content-Type", "grpc-timeout", "Grpc-Encoding", "host",
      "connection",
      "transfer-encoding", "upgrade", "keep-alive", "proxy-connection", "user-agent", "content-length", "a:b",
    ])
  func badName(name: String) {
    let error = #expect(throws: ConfigurationError.self) { try GRPCMetadata(name: name, value: "secret").validated() }
    #expect(error?.description.contains("secret") == false)
  }

  @Test(
    "2.4.5: values that can't be sent are refused, and not shown",
    arguments: [" secret", "secret ", "secret\r\nx", "secret\u{0}", "secré", "secret\u{7F}", "\tsecret"])
  func badValue(value: String) {
    let error = #expect(throws: ConfigurationError.self) { try GRPCMetadata(name: "a", value: value).validated() }
    #expect(error?.description.contains("secr") == false)
    #expect(throws: ConfigurationError.self) { try GRPCMetadata(name: "a-bin", value: "no base64").validated() }
  }

  @Test("5.6.6, 5.6.7, 2.2.8: authority and the certificate's name")
  func hosts() throws {
    func host(_ target: GRPCTarget, _ authority: String? = nil) throws -> [String] {
      let configuration = GRPCChannelConfiguration(target: target, authority: authority)
      let connector = try Connector(
        configuration: configuration, network: DeadNetwork(), loop: TelemetryLoop(poller: ManualPoller()))
      return connector.hosts.flatMap { [$0.authority, $0.certificateName] }
    }
    #expect(try host(.host("collector", port: 4317)) == ["collector:4317", "collector"])
    #expect(try host(.host("::1", port: 4317)) == ["[::1]:4317", "::1"])
    #expect(try host(.host("fe80::1%eth0", port: 1)) == ["[fe80::1]:1", "fe80::1"])
    #expect(try host(.unix(path: "/x")) == ["localhost", "localhost"])
    #expect(try host(.unixAbstract(name: "x")) == ["localhost", "localhost"])
    #expect(try host(.host("10.0.0.1", port: 1), "name.example:443") == ["name.example:443", "name.example"])
    #expect(try host(.host("10.0.0.1", port: 1), "[::2]:443") == ["[::2]:443", "::2"])
    #expect(throws: ConfigurationError.self) { try host(.hosts([])) }
  }
}
