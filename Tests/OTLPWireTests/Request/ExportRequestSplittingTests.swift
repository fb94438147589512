import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

@Suite(.ownThreads) struct ExportRequestSplittingTests {
  let encoder = ExportRequestEncoder()

  /// The spans of the pieces. Each piece must equal the encoding of its spans.
  private func spans(of pieces: [ExportRequest]) throws -> [SpanData] {
    try pieces.flatMap { piece in
      let spans = try ExportRequestDecoder.decode(piece.protobuf.array)
      #expect(spans.count == piece.itemCount)
      #expect(ExportRequestEncoder().encode(SpanBatch(spans)).message.array == piece.message.array)
      return spans
    }
  }

  @Test("halves have the same spans in order, down to single spans", arguments: 0..<5 as Range<UInt64>)
  func halves(seed: UInt64) throws {
    var random = RandomSpans(seed: seed)
    let batch = random.batch(33)
    var pieces = [encoder.encode(SpanBatch(batch))]
    while pieces.contains(where: { $0.itemCount > 1 }) {
      pieces = pieces.flatMap { piece in piece.split().map { [$0.0, $0.1] } ?? [piece] }
      #expect(try spans(of: pieces) == grouped(batch))
    }
    #expect(pieces.count == 33)
  }

  @Test("pieces fit the limit, and none has room for one more span", arguments: 0..<5 as Range<UInt64>)
  func pieces(seed: UInt64) throws {
    var random = RandomSpans(seed: seed)
    let batch = random.batch(40)
    let request = encoder.encode(SpanBatch(batch))
    for limit in [1, 100, 1000, 5000, 20_000, 100_000, 1_000_000] {
      let pieces = request.split(maxMessageBytes: limit)
      #expect(pieces.allSatisfy { $0.protobuf.count <= limit || $0.itemCount == 1 })
      let members = try pieces.map { try ExportRequestDecoder.decode($0.protobuf.array) }
      #expect(try spans(of: pieces) == grouped(batch))
      for (piece, next) in zip(members, members.dropFirst()) {
        #expect(encoder.encode(SpanBatch(piece + next.prefix(1))).protobuf.count > limit)
      }
    }
  }

  @Test("a span of 5 MiB among 511 small ones gets its own request (trap 18)")
  func oneLargeSpan() throws {
    var batch = StandardWorkload().spans(0..<512)
    batch[200].attributes["large"] = .string(String(repeating: "x", count: 5 << 20))
    let pieces = encoder.encode(SpanBatch(batch)).split(maxMessageBytes: 4 << 20)
    #expect(pieces.map(\.itemCount) == [200, 1, 311])
    #expect(try spans(of: pieces) == batch)
  }

  @Test("a request that fits is not copied")
  func fits() {
    let request = encoder.encode(SpanBatch(StandardWorkload().spans(0..<4)))
    let pieces = request.split(maxMessageBytes: request.protobuf.count)
    #expect(pieces.count == 1)
    #expect(pieces[0].message.buffer === request.message.buffer)
    #expect(request.split(maxMessageBytes: request.protobuf.count - 1).map(\.itemCount) == [3, 1])
  }

  @Test("pieces can be split again")
  func again() throws {
    let batch = StandardWorkload().spans(0..<100)
    let pieces = encoder.encode(SpanBatch(batch)).split(maxMessageBytes: 20_000).flatMap {
      $0.split(maxMessageBytes: 5000)
    }
    #expect(pieces.count > 10)
    #expect(try spans(of: pieces) == batch)
  }

  @Test("a batch with many resources and scopes splits into single spans")
  func manyGroups() throws {
    var batch = StandardWorkload().spans(0..<2000)
    for index in batch.indices {
      batch[index].resource = Resource(["number": .int(Int64(index / 3))])
      batch[index].scope = InstrumentationScope(name: "scope \(index)")
    }
    let request = encoder.encode(SpanBatch(batch))
    #expect(try ExportRequestDecoder.decode(request.protobuf.array) == batch)
    let singles = request.split(maxMessageBytes: 1)
    #expect(singles.count == 2000)
    #expect(try singles.map { try ExportRequestDecoder.decode($0.protobuf.array)[0] } == batch)
  }

  @Test("a request with a resource for each span splits into few pieces that fit the limit")
  func manyResources() throws {
    let span = StandardWorkload().spans(0..<1)[0]
    let batch = (0..<500).map { index in
      var span = span
      span.resource = Resource(["number": .int(Int64(index))])
      return span
    }
    let request = encoder.encode(SpanBatch(batch))
    let limit = request.protobuf.count / 4
    let pieces = request.split(maxMessageBytes: limit)
    #expect(pieces.allSatisfy { $0.protobuf.count <= limit })
    #expect(pieces.map(\.itemCount).reduce(0, +) == batch.count)
    #expect(pieces.count == 5)
  }
}
