import COTLPOpenSSL
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

@testable import OTLPWire

/// Our encodings against requests from the reference serializer (`Fixtures/make_golden.py`).
@Suite(.ownThreads) struct GoldenTests {
  private static let folder = TestFiles.root + "/Fixtures/Golden"
  static let names = TestFiles.names(in: folder).filter { $0.hasSuffix(".binpb") }.map { String($0.dropLast(6)) }

  @Test("the golden files exist")
  func goldenFiles() {
    #expect(Self.names.count >= 15)
  }

  @Test("our bytes equal the reference's (traps 12, 13, 14, 19 and 20)", arguments: names)
  func sameBytes(name: String) throws {
    let expected = TestFiles.bytes("\(Self.folder)/\(name).binpb")
    let spans = try OTLPJSON.decode(TestFiles.bytes("\(Self.folder)/\(name).json"))
    let encoded = ExportRequestEncoder().encode(SpanBatch(spans)).protobuf.array
    #expect(encoded.count == expected.count)
    #expect(encoded == expected)
  }

  @Test("the reference's bytes and its JSON decode to equal spans", arguments: names)
  func sameSpans(name: String) throws {
    let fromBytes = try ExportRequestDecoder.decode(TestFiles.bytes("\(Self.folder)/\(name).binpb"))
    let fromJSON = try OTLPJSON.decode(TestFiles.bytes("\(Self.folder)/\(name).json"))
    let again = try OTLPJSON.decode(OTLPJSON.encode(fromBytes))
    // Descriptions are compared, because NaN is not equal to itself.
    #expect("\(fromBytes.map(ComparableSpan.init))" == "\(fromJSON.map(ComparableSpan.init))")
    #expect("\(fromBytes.map(ComparableSpan.init))" == "\(again.map(ComparableSpan.init))")
  }

  @Test("the standard workload has its published checksum")
  func workload() {
    let message = ExportRequestEncoder().encode(SpanBatch(StandardWorkload().spans(0..<512))).protobuf.array
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_Digest(message, message.count, &digest, nil, EVP_sha256(), nil)
    let hex = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(hex == "368331e87f6ba5d5929aa8ccce781a6c887754c3141aa9027a9e705007a00ef3")
  }
}

/// A span with the contents of its resource and scope, which their descriptions don't have.
private struct ComparableSpan {
  let span: SpanData
  let resource: (Attributes, UInt32, String)
  let scope: (String, String, Attributes, UInt32, String)

  init(_ span: SpanData) {
    var bare = span
    bare.resource = .empty
    bare.scope = .empty
    // Removes the cached size bound, which is in the description.
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
