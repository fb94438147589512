import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

/// Requests whose headers are written into the batch's own block.
@Suite(.ownThreads) struct InPlaceRequestTests {
  let encoder = ExportRequestEncoder()

  /// Of the resource's text: within the room, just beyond it, and far beyond.
  private static let sizes: [Int] = [0, 10, 120, 130, 4000, 10_000, 100_000] + Array(3690...3770)

  private static func spans(_ count: Int, resource: Int, urls: Int) -> [SpanData] {
    var spans = StandardWorkload().spans(0..<count)
    let owner = Resource(
      resource == 0 ? [:] : ["text": .string(String(repeating: "r", count: resource))],
      schemaURL: String(repeating: "u", count: urls))
    let scope = InstrumentationScope(name: "scope", schemaURL: String(repeating: "s", count: urls))
    for index in spans.indices { (spans[index].resource, spans[index].scope) = (owner, scope) }
    return spans
  }

  @Test(
    "headers of any size stand around the items, in the block or in a copy",
    arguments: sizes, [0, 1, 120, 122, 125, 128, 250, 1000])
  func headers(resource: Int, urls: Int) throws {
    let spans = Self.spans(3, resource: resource, urls: urls)
    let batch = SpanBatch(spans)
    let first = encoder.encode(batch)
    let bytes = first.message.array
    // The second request of the batch is a copy, and leaves the first as it is.
    let second = encoder.encode(batch)
    #expect(second.message.array == bytes && first.message.array == bytes)
    #expect(first.message.buffer !== second.message.buffer)
    #expect(try ExportRequestDecoder.decode(first.protobuf.array) == spans && Array(batch) == spans)
  }

  @Test("a batch's block holds the first request of the batch; requests of copies and parts don't change it")
  func parts() throws {
    let spans = Self.spans(9, resource: 100, urls: 20)
    let batch = SpanBatch(spans)
    let first = encoder.encode(batch)
    #expect(first.message.buffer === batch.encoded.memory)
    let parts = first.split(maxMessageBytes: first.protobuf.count / 3)
    let second = encoder.encode(batch)
    #expect(second.message.buffer !== batch.encoded.memory)
    let decoded = try parts.flatMap { try ExportRequestDecoder.decode($0.protobuf.array) }
    #expect(parts.count >= 3 && decoded == spans)
    #expect(second.message.array == first.message.array && Array(batch) == spans)
  }
}
