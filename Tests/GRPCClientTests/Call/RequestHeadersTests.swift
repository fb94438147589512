import HTTP2Transport
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct RequestHeadersTests {
  private func headers(isSecure: Bool = true, acceptsGzip: Bool = true) -> RequestHeaders {
    RequestHeaders(
      authorities: ["localhost:4317"], isSecure: isSecure, userAgent: "OTel-OTLP-Exporter-Swift/1.0.0",
      acceptsGzip: acceptsGzip,
      metadata: [
        HTTP2Field(name: "authorization", value: "Bearer a", neverIndexed: true), .init(name: "x", value: "1"),
      ])
  }

  @Test("fields have their order and values (5.1.1 to 5.1.3, 5.1.6, 5.1.7)")
  func order() {
    let fields = headers().fields(path: "/a/b", encoding: .gzip)
    #expect(
      fields.map { "\($0.name): \($0.value)" } == [
        ":method: POST", ":scheme: https", ":path: /a/b", ":authority: localhost:4317", "te: trailers",
        "content-type: application/grpc", "grpc-encoding: gzip", "grpc-accept-encoding: identity,gzip",
        "user-agent: OTel-OTLP-Exporter-Swift/1.0.0", "authorization: Bearer a", "x: 1",
      ])
  }

  @Test("only secrets are never indexed (5.1.10)")
  func sensitive() {
    let fields = headers().fields(path: "/a/b", encoding: .gzip)
    #expect(fields.filter(\.neverIndexed).map(\.name) == ["authorization"])
  }

  @Test("plaintext has the scheme http, no compression no grpc-encoding, and no inflater no offer of gzip (5.1.6)")
  func plain() {
    let fields = headers(isSecure: false, acceptsGzip: false).fields(path: "/a/b", encoding: .identity)
    #expect(!fields.contains { $0.name == "grpc-encoding" })
    #expect(fields[1].value == "http")
    #expect(!fields.contains { $0.name == "grpc-accept-encoding" })
  }
}
