import GRPCClient
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

/// gRPC's tests of compression: two interoperability tests, and the cases of its document on compression (5.11). The
/// second case, the channel's setting, is the exporter's here: see OTLPGRPCTests.
@Suite(.ownThreads) struct GRPCCompressionTests {
  private typealias Response = LoopbackCollector.Response

  private static let zeros = [UInt8](repeating: 0, count: 314_159)
  private static let expectation = "x-expect-compressed"

  /// A successful answer, compressed if it says so.
  private static func answer(_ body: [UInt8], encoding: String?) -> Response {
    let headers = [LoopbackCollector.Field("content-type", "application/grpc")]
    return .raw(headers: headers + (encoding.map { [.init("grpc-encoding", $0)] } ?? []), body: body)
  }

  /// Refuses requests that aren't compressed as they say; answers others with many bytes.
  private static func check(_ request: LoopbackCollector.Request) -> Response {
    (request.header(expectation) == "true") == request.isCompressed
      ? answer(Conformance.framed(zeros), encoding: nil) : .status(.invalidArgument)
  }

  private static func expecting(_ compressed: Bool) -> [GRPCMetadata] {
    [GRPCMetadata(name: expectation, value: "\(compressed)")]
  }

  @Test("5.11 IOP client_compressed_unary: a probe, a compressed and an uncompressed request")
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

  @Test("5.11 IOP server_compressed_unary: a compressed and an uncompressed answer")
  func serverCompressedUnary() throws {
    try Conformance.run { scene in
      scene.collector.script(
        Self.answer(Conformance.compressed(Self.zeros), encoding: "gzip"),
        Self.answer(Conformance.framed(Self.zeros), encoding: "gzip"))
      for _ in 0..<2 {
        let result = await scene.call(Conformance.message(271_828))
        #expect(result.code == .ok && result.body == Self.zeros)
      }
      // That is what permits the server to compress.
      let offers = scene.collector.requests.map { $0.header("grpc-accept-encoding") }
      #expect(offers == ["identity,gzip", "identity,gzip"])
    }
  }

  @Test("5.11 COMP 1: without a setting nothing is compressed")
  func noSetting() throws {
    try Conformance.run { scene in
      #expect(await scene.call(Conformance.message(100_000)).code == .ok)
      let request = try #require(scene.collector.requests.first)
      #expect(!request.isCompressed && request.wireBytes == 100_005)
      #expect(request.header("grpc-encoding") == nil)
    }
  }

  @Test("5.11 COMP 3: a message is compressed as the call says, whatever the one before was")
  func asTheCallSays() throws {
    try Conformance.run { scene in
      for isCompressed in [true, false, true] {
        let message = isCompressed ? Conformance.compressedMessage(50_000) : Conformance.message(50_000)
        #expect(await scene.call(message, encoding: isCompressed ? .gzip : .identity).code == .ok)
      }
      #expect(scene.collector.requests.map(\.isCompressed) == [true, false, true])
    }
  }

  @Test("5.11 COMP 4: a server that doesn't know the compression answers UNIMPLEMENTED and says what it knows")
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

  @Test("5.11 COMP 5: an answer in a compression that we don't know is INTERNAL, and the words name it and ours")
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

  @Test("5.11 COMP 6: a compressed answer without a compression is INTERNAL", arguments: [nil, "identity"])
  func flagWithoutEncoding(_ encoding: String?) throws {
    try Conformance.run { scene in
      scene.collector.script(Self.answer(Conformance.compressed(Self.zeros), encoding: encoding))
      let result = await scene.call()
      #expect(result.code == .internal && result.cause == .protocolViolation)
      #expect(result.message.contains("compressed response message without grpc-encoding"))
    }
  }
}
