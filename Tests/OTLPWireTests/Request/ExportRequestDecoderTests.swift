import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

/// A field with bytes or a message.
private func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
  var bytes = [tag]
  var count = content.count
  while count >= 0x80 {
    bytes.append(UInt8(count & 0x7F | 0x80))
    count >>= 7
  }
  return bytes + [UInt8(count)] + content
}

/// A request with one span that has these fields.
private func request(span: [UInt8]) -> [UInt8] { field(0x0A, field(0x12, field(0x12, span))) }

@Suite(.ownThreads) struct ExportRequestDecoderTests {
  private func code(_ bytes: [UInt8], _ limits: ExportRequestDecoder.Limits = .init()) -> WireError.Code? {
    do throws(WireError) {
      _ = try ExportRequestDecoder.decode(bytes, limits: limits)
      return nil
    } catch {
      return error.code
    }
  }

  private func span(_ bytes: [UInt8]) throws -> SpanData {
    try #require(try ExportRequestDecoder.decode(request(span: bytes)).first)
  }

  @Test("unknown fields of each wire type are skipped (6.8.11)")
  func unknownFields() throws {
    let unknown: [UInt8] =
      [0x98, 0x06, 0xFF, 0x01] + [0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8] + [0x9A, 0x06, 2, 9, 9]
      + [0x9B, 0x06, 0x08, 0x01, 0x13, 0x14, 0x9C, 0x06] + [0x9D, 0x06, 1, 2, 3, 4]
    #expect(try span(unknown + field(0x2A, Array("n".utf8)) + unknown).name == "n")
  }

  @Test("a known field number with another wire type is an unknown field")
  func otherWireType() throws {
    #expect(try span([0x28, 0x05]).name == "")
  }

  @Test("of repeated single fields the last wins, and repeated messages are merged")
  func merging() throws {
    #expect(try span(field(0x2A, [0x61]) + field(0x2A, [0x62])).name == "b")
    let status = try span(field(0x7A, field(0x12, [0x61])) + field(0x7A, [0x18, 2])).status
    #expect(status == .error("a"))
    let array = field(0x2A, field(0x0A, [0x18, 1]))
    let value = try span(field(0x4A, field(0x12, array + array))).attributes[0].value
    #expect(value == [1, 1])
    let last = try span(field(0x4A, field(0x12, array + [0x10, 1]))).attributes[0].value
    #expect(last == true)
  }

  @Test("a resource and a scope apply to spans before them")
  func order() throws {
    let spans = field(0x12, field(0x12, []) + field(0x0A, field(0x0A, [0x73])))
    let resource = field(0x0A, [0x10, 3])
    let decoded = try ExportRequestDecoder.decode(field(0x0A, spans + resource + field(0x0A, [0x10, 4])))
    #expect(decoded.map(\.scope.name) == ["s"])
    #expect(decoded.map(\.resource.droppedAttributesCount) == [4])
  }

  @Test("spans of one group share their resource and scope")
  func sharing() throws {
    let request = ExportRequestEncoder().encode(SpanBatch(StandardWorkload().spans(0..<3))).protobuf.array
    let spans = try ExportRequestDecoder.decode(request)
    #expect(spans.allSatisfy { $0.resource.storage === spans[0].resource.storage })
    #expect(spans.allSatisfy { $0.scope.storage === spans[0].scope.storage })
  }

  @Test("unknown enum values become the unspecified one, and long 32-bit integers are truncated")
  func outOfRange() throws {
    #expect(try span([0x30, 99]).kind == .unspecified)
    #expect(try span([0x30] + [UInt8](repeating: 0xFF, count: 9) + [1]).kind == .unspecified)
    #expect(try span([0x50, 0x81, 0x80, 0x80, 0x80, 0x10]).droppedAttributesCount == 1)
  }

  @Test("malformed messages throw the right error")
  func refused() {
    #expect(code([0x0A]) == .truncated)
    #expect(code([0x0A, 5, 1]) == .truncated)
    #expect(code([0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1]) == .truncated)
    #expect(code([0x08] + [UInt8](repeating: 0x80, count: 10) + [1]) == .badVarint)
    #expect(code([0x08] + [UInt8](repeating: 0x80, count: 9) + [2]) == .badVarint)
    #expect(code([0x02, 0]) == .badFieldNumber)
    #expect(code([0x80, 0x80, 0x80, 0x80, 0x10, 0]) == .badFieldNumber)
    #expect(code([0x0E]) == .badWireType)
    #expect(code([0x0C]) == .badWireType)
    #expect(code([0x0B]) == .truncated)
    #expect(code([0x0B, 0x14]) == .badWireType)
    #expect(code([0x09, 1, 2]) == .truncated)
    #expect(code(request(span: field(0x2A, [0xFF]))) == .badUTF8)
    #expect(code(request(span: field(0x0A, [1, 2]))) == .badIdentifier)
    #expect(code(request(span: field(0x12, [UInt8](repeating: 1, count: 16)))) == .badIdentifier)
  }

  @Test("depth, bytes, spans and items are limited")
  func limits() {
    var value: [UInt8] = []
    for _ in 0..<60 { value = field(0x2A, field(0x0A, value)) }
    #expect(code(request(span: field(0x4A, field(0x12, value)))) == .tooDeep)
    #expect(code([UInt8](repeating: 0x0B, count: 200)) == .tooDeep)
    var limits = ExportRequestDecoder.Limits()
    limits.maxBytes = 3
    #expect(code([0x0A, 2, 0x12, 0], limits) == .tooLarge)
    limits = .init()
    limits.maxItems = 2
    #expect(code(field(0x0A, field(0x12, [0x12, 0, 0x12, 0])), limits) == nil)
    #expect(code(field(0x0A, field(0x12, [0x12, 0, 0x12, 0, 0x12, 0])), limits) == .tooLarge)
    limits = .init()
    limits.maxValues = 3
    #expect(code(request(span: [0x4A, 0, 0x5A, 0, 0x6A, 0]), limits) == .tooLarge)
  }

  @Test("the deepest messages decode on the smallest stack of a runtime")
  func smallStack() async throws {
    let done = Promise<Bool>()
    try ThreadSystem.start(name: "small", stackSize: 128 << 10) {
      for isMap in [false, true] {
        var (depth, value): (Int, [UInt8]) = (6, [])
        while depth + (isMap ? 3 : 2) <= 100 {
          value = isMap ? field(0x32, field(0x0A, field(0x12, value))) : field(0x2A, field(0x0A, value))
          depth += isMap ? 3 : 2
        }
        #expect(code(request(span: field(0x4A, field(0x12, value)))) == nil)
      }
      done.fulfil(true)
    }
    #expect(await done.value)
  }

  @Test("mutated and random bytes never trap", arguments: 0..<20 as Range<UInt64>)
  func mutations(seed: UInt64) {
    var random = RandomSpans(seed: seed)
    var generator = SeededRandom(seed: seed)
    let message = ExportRequestEncoder().encode(SpanBatch(random.batch(2))).protobuf.array
    for round in 0..<100 {
      var bytes = message
      if round % 3 == 0 { bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator)) }
      for _ in 0..<Int.random(in: 1..<8, using: &generator) where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? ExportRequestDecoder.decode(bytes)
      _ = try? ExportResponse(protobuf: bytes)
      _ = try? RPCStatus(protobuf: bytes)
      let noise = (0..<round).map { _ in UInt8.random(in: 0...255, using: &generator) }
      _ = try? ExportRequestDecoder.decode(noise)
      _ = try? ExportResponse(protobuf: noise)
      _ = try? RPCStatus(protobuf: noise)
    }
  }

  @Test("each truncation of a message throws truncated")
  func truncations() {
    let message = ExportRequestEncoder().encode(SpanBatch([.full])).protobuf.array
    for count in 1..<message.count { #expect(code(Array(message[..<count])) == .truncated) }
  }
}
