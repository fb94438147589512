import GRPCClient
import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

/// gRPC's tests of compression: two interoperability tests, and the cases of gRPC's document on compression (5.11). The
/// second case, a setting of the channel, is a test of the exporter in OTLPGRPCTests.
@Suite(.ownThreads) struct GRPCCompressionTests {
  private typealias Response = LoopbackCollector.Response

  private static let zeros = [UInt8](repeating: 0, count: 314_159)
  private static let expectation = "x-expect-compressed"

  /// A successful answer with this `grpc-encoding`.
  private static func answer(_ body: [UInt8], encoding: String?) -> Response {
    let headers = [LoopbackCollector.Field("content-type", "application/grpc")]
    return .raw(headers: headers + (encoding.map { [.init("grpc-encoding", $0)] } ?? []), body: body)
  }

  /// Refuses requests with another compression than expected, and answers others with many bytes.
  private static func check(_ request: LoopbackCollector.Request) -> Response {
    (request.header(expectation) == "true") == request.isCompressed
      ? answer(Conformance.framed(zeros), encoding: nil) : .status(.invalidArgument)
  }

  private static func expecting(_ compressed: Bool) -> [HTTP2Field] {
    [HTTP2Field(name: expectation, value: "\(compressed)")]
  }

  @Test("client_compressed_unary: a probe, a compressed and an uncompressed request (5.11 IOP)")
  func clientCompressedUnary() throws {
    try Conformance.run { scene in
      scene.collector.onRequest(Self.check)
      let plain = Conformance.message(271_828)
      #expect(await scene.call(plain, extra: Self.expecting(true)).code == .invalidArgument)
      let packed = Conformance.compressedMessage(271_828)
      let first = await scene.call(packed, encoding: .gzip, extra: Self.expecting(true))
      #expect(first.code == .ok && first.body == Self.zeros)
      let second = await scene.call(plain, extra: Self.expecting(false))
      #expect(second.code == .ok && second.body == Self.zeros)
      let requests = scene.collector.requests
      #expect(requests.map(\.isCompressed) == [false, true, false])
      #expect(requests.map(\.messageBytes) == [271_828, 271_828, 271_828])
      #expect(requests.map(\.wireBytes) == [plain.count, packed.count, plain.count])
      #expect(requests.map { $0.header("grpc-encoding") } == [nil, "gzip", nil])
    }
  }

  @Test("server_compressed_unary: a compressed and an uncompressed answer (5.11 IOP)")
  func serverCompressedUnary() throws {
    try Conformance.run { scene in
      scene.collector.script(
        Self.answer(Conformance.compressed(Self.zeros), encoding: "gzip"),
        Self.answer(Conformance.framed(Self.zeros), encoding: "gzip"))
      for _ in 0..<2 {
        let result = await scene.call(Conformance.message(271_828))
        #expect(result.code == .ok && result.body == Self.zeros)
      }
      // The offer permits the server to compress.
      let offers = scene.collector.requests.map { $0.header("grpc-accept-encoding") }
      #expect(offers == ["identity,gzip", "identity,gzip"])
    }
  }

  @Test("case 1: without a setting nothing is compressed (5.11 COMP)")
  func noSetting() throws {
    try Conformance.run { scene in
      #expect(await scene.call(Conformance.message(100_000)).code == .ok)
      let request = try #require(scene.collector.requests.first)
      #expect(!request.isCompressed && request.wireBytes == 100_005)
      #expect(request.header("grpc-encoding") == nil)
    }
  }

  @Test("case 3: each call decides on the compression of its message (5.11 COMP)")
  func asTheCallSays() throws {
    try Conformance.run { scene in
      for isCompressed in [true, false, true] {
        let message = isCompressed ? Conformance.compressedMessage(50_000) : Conformance.message(50_000)
        #expect(await scene.call(message, encoding: isCompressed ? .gzip : .identity).code == .ok)
      }
      #expect(scene.collector.requests.map(\.isCompressed) == [true, false, true])
    }
  }

  @Test("case 4: a server without gzip answers UNIMPLEMENTED with the encodings that it accepts (5.11 COMP)")
  func unknownToTheServer() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.acceptsGzip = false
    try Conformance.run(configuration) { scene in
      let result = await scene.call(Conformance.compressedMessage(50_000), encoding: .gzip)
      #expect(result.code == .unimplemented && result.cause == .server)
      #expect(result.message.contains("gzip"))
      #expect(result.acceptedEncodings == ["identity"])
    }
  }

  @Test("case 5: an answer in an unknown encoding is INTERNAL, and the message names the encodings (5.11 COMP)")
  func unknownToTheClient() throws {
    try Conformance.run { scene in
      scene.collector.script(Self.answer(Conformance.compressed(Self.zeros), encoding: "zstd"))
      let result = await scene.call()
      #expect(result.code == .internal && result.cause == .protocolViolation)
      #expect(result.message.contains("'zstd'"))
      #expect(result.message.contains("identity and gzip"))
      #expect(scene.collector.requests.first?.header("grpc-accept-encoding") == "identity,gzip")
      #expect(await scene.call().code == .ok)
    }
  }

  @Test("case 6: a compressed answer without grpc-encoding is INTERNAL (5.11 COMP)", arguments: [nil, "identity"])
  func flagWithoutEncoding(_ encoding: String?) throws {
    try Conformance.run { scene in
      scene.collector.script(Self.answer(Conformance.compressed(Self.zeros), encoding: encoding))
      let result = await scene.call()
      #expect(result.code == .internal && result.cause == .protocolViolation)
      #expect(result.message.contains("compressed response message without grpc-encoding"))
    }
  }
}
