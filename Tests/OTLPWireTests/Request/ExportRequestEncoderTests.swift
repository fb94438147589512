import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

@Suite(.ownThreads) struct ExportRequestEncoderTests {
  let encoder = ExportRequestEncoder()

  @Test("decoded spans equal the encoded ones", arguments: 0..<20 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = RandomSpans(seed: seed)
    for count in [1, 2, 10, 50] {
      let spans = random.batch(count)
      let decoded = try ExportRequestDecoder.decode(encoder.encode(SpanBatch(spans)).protobuf.array)
      #expect(decoded == grouped(spans))
    }
  }

  @Test("the gRPC prefix has the length of the message")
  func prefix() {
    let request = encoder.encode(SpanBatch(StandardWorkload().spans(0..<512)))
    let message = request.message.array
    #expect(message.count == 338_557)
    #expect(Array(message[..<5]) == [0, 0x00, 0x05, 0x2A, 0x78])
    #expect(request.protobuf.count == 338_552)
    #expect(request.itemCount == 512)
  }

  @Test("an empty batch makes an empty message")
  func empty() {
    let request = encoder.encode(SpanBatch([]))
    #expect(request.message.array == [0, 0, 0, 0, 0])
    #expect(request.itemCount == 0)
    #expect(request.split() == nil)
    #expect(request.split(maxMessageBytes: 10).count == 1)
  }

  @Test("equal resources and scopes make one group, also if they are not identical (trap 20)")
  func equalResources() {
    let shared = StandardWorkload().spans(0..<4)
    var apart = shared
    for index in apart.indices {
      apart[index].resource = Resource(shared[0].resource.attributes)
      apart[index].scope = InstrumentationScope(name: shared[0].scope.name, version: shared[0].scope.version)
    }
    #expect(encoder.encode(SpanBatch(apart)).message.array == encoder.encode(SpanBatch(shared)).message.array)
  }

  @Test("more resources than the cache holds are encoded correctly")
  func manyResources() throws {
    var spans = StandardWorkload().spans(0..<300)
    for index in spans.indices { spans[index].resource = Resource(["number": .int(Int64(index / 2))]) }
    for _ in 0..<2 {
      #expect(try ExportRequestDecoder.decode(encoder.encode(SpanBatch(spans)).protobuf.array) == spans)
    }
  }

  @Test("attributes from many pairs keep their order and, of equal keys, the last value")
  func manyPairs() {
    let attributes = Attributes((0..<100_000).map { ("key.\($0 % 50_000)", .int(Int64($0))) })
    #expect(attributes.count == 50_000)
    #expect(attributes.first?.key == "key.0")
    #expect(attributes.elements[49_999] == Attributes.Element("key.49999", 99_999))
    #expect(attributes.elements[10].value == 50_010)
  }

  @Test("a request has the bytes of its items and of the headers", arguments: 0..<20 as Range<UInt64>)
  func itemSize(seed: UInt64) {
    var random = RandomSpans(seed: seed)
    for span in random.batch(50) + StandardWorkload().spans(0..<8) {
      let encoded = encoder.encode(SpanBatch([span]))
      #expect(encoded.protobuf.count - encoded.overhead == span.encodedSize)
    }
  }

  @Test("a buffer returns to the pool with the last reference to the message")
  func pooling() {
    var spans = StandardWorkload().spans(0..<512)
    spans[256].scope = InstrumentationScope(name: "other")  // so that the batch is copied
    var request: ExportRequest? = encoder.encode(SpanBatch(spans))
    #expect(encoder.bufferStatistics.available == 0)
    var message = request?.message
    request = nil
    #expect(encoder.bufferStatistics.available == 0)
    #expect(message != nil)
    message = nil
    #expect(encoder.bufferStatistics.available == 1)
  }

  @Test("arrays and maps beyond the nesting limit become empty values")
  func tooDeep() throws {
    var value = AttributeValue.string("core")
    var kept = AttributeValue.empty
    for depth in 0..<200 {
      value = depth % 2 == 0 ? .array([value, 1]) : .map(["key": value])
      if depth >= 170 { kept = depth % 2 == 0 ? .array([kept, 1]) : .map(["key": kept]) }
    }
    var span = StandardWorkload().span(0)
    span.attributes["deep"] = value
    let request = encoder.encode(SpanBatch([span]))
    #expect(request.protobuf.count - request.overhead == span.encodedSize)
    span.attributes["deep"] = kept
    #expect(try ExportRequestDecoder.decode(request.protobuf.array) == [span])
  }

  @Test("a span with 100,000 attributes, empty keys and empty values decodes equal (trap 19)")
  func manyAttributes() throws {
    var span = StandardWorkload().span(0)
    span.attributes = Attributes(unchecked: (0..<100_000).map { Attributes.Element("key.\($0)", .int(Int64($0))) })
    span.attributes.elements[5] = Attributes.Element("", .empty)
    span.attributes.elements[6] = Attributes.Element("", .string(""))
    let request = encoder.encode(SpanBatch([span]))
    #expect(try ExportRequestDecoder.decode(request.protobuf.array) == [span])
    #expect(request.protobuf.count - request.overhead == span.encodedSize)
  }
}
