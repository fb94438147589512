import HTTP2Transport
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct HTTP2FieldTests {
  @Test("names become lower case, and values stay (2.4.5)")
  func valid() throws {
    let field = try HTTP2Field(name: "X-Api.Key_1", value: "A b=c~", neverIndexed: true).validated()
    #expect(field == HTTP2Field(name: "x-api.key_1", value: "A b=c~", neverIndexed: true))
    _ = try HTTP2Field(name: "trace-bin", value: "q6ur").validated()
    _ = try HTTP2Field(name: "empty", value: "").validated()
  }

  @Test(
    "invalid and reserved names are refused, and the error omits the value (2.4.5, 2.4.6)",
    arguments: [
      "", ":path", "a b", "naïve", "a\n", "te", "TE", "Content-Type", "grpc-timeout", "Grpc-Encoding", "host",
      "connection",
      "transfer-encoding", "upgrade", "keep-alive", "proxy-connection", "user-agent", "content-length", "a:b",
    ])
  func badName(name: String) {
    let error = #expect(throws: ConfigurationError.self) { try HTTP2Field(name: name, value: "secret").validated() }
    #expect(error?.description.contains("secret") == false)
  }

  @Test(
    "invalid values are refused, and the error omits the value (2.4.5)",
    arguments: [" secret", "secret ", "secret\r\nx", "secret\u{0}", "secré", "secret\u{7F}", "\tsecret"])
  func badValue(value: String) {
    let error = #expect(throws: ConfigurationError.self) { try HTTP2Field(name: "a", value: value).validated() }
    #expect(error?.description.contains("secr") == false)
    #expect(throws: ConfigurationError.self) { try HTTP2Field(name: "a-bin", value: "no base64").validated() }
  }
}
