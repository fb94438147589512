import COTLPOpenSSL
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

/// Requests that the reference serializer wrote (`Fixtures/make_golden.py`).
@Suite(.ownThreads) struct GoldenTests {
  static let names = Fixtures.names(in: "Fixtures/Golden", ending: ".binpb")

  @Test func goldenFilesAreThere() {
    #expect(Self.names.count >= 15)
  }

  // Traps 12, 13, 14, 19 and 20 are among them.
  @Test("our bytes are the reference's", arguments: names)
  func sameBytes(name: String) throws {
    let expected = try Fixtures.read("Fixtures/Golden/\(name).binpb")
    let spans = try OTLPJSON.decode(Fixtures.read("Fixtures/Golden/\(name).json"))
    let encoded = ExportRequestEncoder().encode(spans).protobuf.array
    #expect(encoded.count == expected.count)
    #expect(encoded == expected)
  }

  @Test("the reference's bytes and its JSON mean the same", arguments: names)
  func sameSpans(name: String) throws {
    let fromBytes = try ExportRequestDecoder.decode(Fixtures.read("Fixtures/Golden/\(name).binpb"))
    let fromJSON = try OTLPJSON.decode(Fixtures.read("Fixtures/Golden/\(name).json"))
    let again = try OTLPJSON.decode(OTLPJSON.encode(fromBytes))
    // Descriptions, since NaN isn't equal to itself.
    #expect("\(fromBytes.map(ComparableSpan.init))" == "\(fromJSON.map(ComparableSpan.init))")
    #expect("\(fromBytes.map(ComparableSpan.init))" == "\(again.map(ComparableSpan.init))")
  }

  @Test("the standard workload has the written checksum")
  func workload() {
    let message = ExportRequestEncoder().encode(StandardWorkload().spans(0..<512)).protobuf.array
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_Digest(message, message.count, &digest, nil, EVP_sha256(), nil)
    let hex = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(hex == "368331e87f6ba5d5929aa8ccce781a6c887754c3141aa9027a9e705007a00ef3")
  }
}

/// A span with what its resource and scope hold, which they don't print by themselves.
private struct ComparableSpan {
  let span: SpanData
  let resource: (Attributes, UInt32, String)
  let scope: (String, String, Attributes, UInt32, String)

  init(_ span: SpanData) {
    var bare = span
    bare.resource = .empty
    bare.scope = .empty
    // Forgets the remembered size bound, which is no part of what a span says.
    let name = bare.name
    bare.name = name
    self.span = bare
    resource = (span.resource.attributes, span.resource.droppedAttributesCount, span.resource.schemaURL)
    scope = (
      span.scope.name, span.scope.version, span.scope.attributes, span.scope.droppedAttributesCount,
      span.scope.schemaURL
    )
  }
}
