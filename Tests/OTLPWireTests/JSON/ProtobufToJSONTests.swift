import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import OTLPWire

@Suite(.ownThreads) struct ProtobufToJSONTests {
  private func json(_ bytes: [UInt8], _ type: MessageType = .span) throws -> String {
    String(decoding: try OTLPJSON.json(of: BufferSlice(bytes), as: type).array, as: UTF8.self)
  }

  private func failure(_ bytes: [UInt8], _ type: MessageType = .span) -> WireError.Code? {
    do throws(WireError) {
      _ = try OTLPJSON.json(of: BufferSlice(bytes), as: type)
      return nil
    } catch {
      return error.code
    }
  }

  private func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    precondition(content.count < 128)
    return [tag, UInt8(content.count)] + content
  }

  @Test("fields in any order become members in the order of their numbers, lists together")
  func order() throws {
    let (name, event, attribute) = (
      field(0x2A, [0x6E]), field(0x5A, field(0x12, [0x65])), field(0x4A, field(0x0A, [0x6B]))
    )
    let text = #"{"name":"n","attributes":[{"key":"k"},{"key":"k"}],"events":[{"name":"e"},{"name":"e"}]}"#
    #expect(try json(name + attribute + attribute + event + event) == text)
    #expect(try json(event + attribute + name + event + attribute) == text)
    #expect(try json(attribute + [0xF8, 0x07, 1] + attribute + event + event + name) == text)
  }

  @Test("of a single field that occurs twice the last counts, and messages are merged (6.8.11)")
  func repeats() throws {
    #expect(try json(field(0x2A, [0x61]) + field(0x2A, [0x62])) == #"{"name":"b"}"#)
    let halves = field(0x7A, field(0x12, [0x6D])) + field(0x7A, [0x18, 2])
    #expect(try json(halves) == #"{"status":{"message":"m","code":2}}"#)
    #expect(try json([0x30, 1, 0x30, 0]) == "{}")
    let value = field(0x0A, [0x61]) + [0x18, 5]
    #expect(try json(value, .anyValue) == #"{"intValue":"5"}"#)
    #expect(try json([0x18, 5] + field(0x0A, []), .anyValue) == #"{"stringValue":""}"#)
    let array = field(0x2A, field(0x0A, [0x10, 1]))
    #expect(try json(array + array, .anyValue) == #"{"arrayValue":{"values":[{"boolValue":true},{"boolValue":true}]}}"#)
    #expect(try json(array + [0x18, 5] + array, .anyValue) == #"{"arrayValue":{"values":[{"boolValue":true}]}}"#)
  }

  @Test("packed and single elements of a list are the same (6.8.5)")
  func packed() throws {
    let buckets = [0x08, 3, 0x10, 1] + field(0x12, [2, 0xAC, 0x02]) + field(0x12, []) + [0x10, 4]
    #expect(try json(buckets, .buckets) == #"{"offset":-2,"bucketCounts":["1","2","300","4"]}"#)
    #expect(try json(field(0x12, []), .buckets) == "{}")
  }

  @Test("text is escaped, and text that is not UTF-8 throws")
  func text() throws {
    #expect(
      try json(field(0x2A, Array("\0\u{8}\t\n\u{B}\u{C}\r\u{1F} \"\\/\u{7F}é😀".utf8)))
        == #"{"name":"\u0000\b\t\n\u000b\f\r\u001f \"\\/"# + "\u{7F}é😀\"}")
    for count in 0..<20 {
      let plain = [UInt8](repeating: 0x61, count: count)
      #expect(
        try json(field(0x2A, plain + [0x22] + plain))
          == "{\"name\":\"\(String(decoding: plain, as: UTF8.self))\\\"\(String(decoding: plain, as: UTF8.self))\"}")
    }
    for wrong in [
      [0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0xE2, 0x82],
      [0x61, 0xFF],
    ] as [[UInt8]] {
      #expect(failure(field(0x2A, wrong)) == .badUTF8)
    }
  }

  @Test("malformed messages throw the right error")
  func malformed() {
    #expect(failure([0x2A, 5, 0x61]) == .truncated)
    #expect(failure([0x39, 1, 2]) == .truncated)
    #expect(failure([0x2A]) == .truncated)
    #expect(failure([0]) == .badFieldNumber)
    #expect(failure([0x2E]) == .badWireType)
    #expect(failure([0x30] + [UInt8](repeating: 0xFF, count: 10)) == .badVarint)
    #expect(failure([0x23, 0x23]) == .truncated)
    #expect(failure(field(0x7A, [0x12, 9])) == .truncated)
  }

  @Test("messages nested too deeply throw, and the deepest fit on the smallest stack of a runtime")
  func depth() async throws {
    let done = Promise<Bool>()
    try ThreadSystem.start(name: "small", stackSize: 128 << 10) {
      var value: [UInt8] = []
      for _ in 0..<49 { value = field(long: 0x2A, field(long: 0x0A, value)) }
      #expect(failure(value, .anyValue) == nil)
      for _ in 0..<2 { value = field(long: 0x2A, field(long: 0x0A, value)) }
      #expect(failure(value, .anyValue) == .tooDeep)
      done.fulfil(true)
    }
    #expect(await done.value)
  }

  private func field(long tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    content.count < 128
      ? field(tag, content) : [tag, UInt8(content.count & 0x7F) | 0x80, UInt8(content.count >> 7)] + content
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
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      for type in [MessageType.traceRequest, .metricsRequest, .logsRequest] {
        _ = try? OTLPJSON.json(of: BufferSlice(bytes), as: type)
      }
    }
  }
}
