import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct GRPCMetadataTests {
  private func texts(_ value: some Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    return ["\(value)", String(reflecting: value), String(describing: [value]), dumped]
  }

  @Test("no description of metadata, a header field or a proxy has the secret")
  func redacted() {
    let metadata = GRPCMetadata(name: "authorization", value: "s3cret")
    let server = ProxyServer(host: "p", port: 1, authorization: "s3cret")
    var configuration = GRPCChannelConfiguration(target: .host("a", port: 1), metadata: [metadata])
    configuration.targets = [.hosts([.init(host: "a", port: 1, proxy: server)])]
    let all =
      texts(metadata) + texts([metadata]) + texts(HTTP2Field(name: "authorization", value: "s3cret"))
      + texts(server) + texts(ProxyRoute(proxy: server, target: "t")) + texts(configuration)
    for text in all { #expect(!text.contains("s3cret"), "\(text)") }
    #expect("\(metadata)" == "authorization: [REDACTED]")
  }

  @Test("names become lower case, and values stay (2.4.5)")
  func valid() throws {
    let field = try GRPCMetadata(name: "X-Api.Key_1", value: "A b=c~", isSensitive: false).validated()
    #expect(field == GRPCMetadata(name: "x-api.key_1", value: "A b=c~", isSensitive: false))
    _ = try GRPCMetadata(name: "trace-bin", value: "q6ur").validated()
    _ = try GRPCMetadata(name: "empty", value: "").validated()
  }

  @Test(
    "invalid and reserved names are refused, and the error omits the value (2.4.5, 2.4.6)",
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
    "invalid values are refused, and the error omits the value (2.4.5)",
    arguments: [" secret", "secret ", "secret\r\nx", "secret\u{0}", "secré", "secret\u{7F}", "\tsecret"])
  func badValue(value: String) {
    let error = #expect(throws: ConfigurationError.self) { try GRPCMetadata(name: "a", value: value).validated() }
    #expect(error?.description.contains("secr") == false)
    #expect(throws: ConfigurationError.self) { try GRPCMetadata(name: "a-bin", value: "no base64").validated() }
  }
}
