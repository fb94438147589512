import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Attributes at the sizes where the writer changes its way, against a plain encoder.
@Suite(.ownThreads) struct ProtobufWriterTests {
  private static let tag: UInt8 = 0x0A
  private static let sizes = [
    0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 55, 56, 57, 64, 65, 120, 127, 128, 300, 20_000,
  ]

  private static let values: [AttributeValue] =
    sizes.map { .string(text($0, first: 0x61)) }
    + [0, 1, 127, 128, 16_383, 16_384, 1 << 21 - 1, 1 << 21, 1 << 28 - 1, 1 << 28, 1 << 49, .max, -1, .min].map {
      .int($0)
    }
    + [0, -1.5, .infinity, .leastNonzeroMagnitude].map { .double($0) }
    + [.bool(true), .bool(false), .empty, .bytes([0, 255]), ["a", 1, true], .map(["key": 2.5])]

  @Test(arguments: sizes) func `an attribute has the bytes of its fields, whatever the sizes and the memory`(
    _ keySize: Int
  ) {
    for value in Self.values {
      let attributes = Attributes(unchecked: [Attributes.Element(Self.text(keySize, first: 0x41), value)])
      let expected = Self.message(Self.tag, Self.keyValue(attributes.elements[0]))
      for memory in [ProtobufWriter.slack, ProtobufWriter.slack + keySize, 4096] {
        #expect(
          Self.written(attributes, memory) == expected, "\(keySize) bytes of a key, \(value), \(memory) bytes of memory"
        )
      }
    }
  }

  @Test func `attributes in a row keep each other's bytes`() {
    let elements = Self.values.enumerated().map { index, value in
      Attributes.Element(Self.text(1 + index * 7 % 60, first: 0x41), value)
    }
    let expected = elements.flatMap { Self.message(Self.tag, Self.keyValue($0)) }
    #expect(Self.written(Attributes(unchecked: elements), ProtobufWriter.slack) == expected)
    #expect(Self.written(Attributes(unchecked: elements), 1 << 16) == expected)
  }

  private static func written(_ attributes: Attributes, _ memory: Int) -> [UInt8] {
    unsafe withUnsafeTemporaryAllocation(byteCount: memory, alignment: 16) { memory in
      var writer = unsafe ProtobufWriter(memory)
      writer.attributes(tag, attributes)
      return unsafe Array(writer.bytes)
    }
  }

  /// A text in which each byte differs from its neighbours.
  private static func text(_ count: Int, first: UInt8) -> String {
    String(decoding: (0..<count).map { first + UInt8($0 % 26) }, as: UTF8.self)
  }

  // MARK: The plain encoder

  private static func keyValue(_ element: Attributes.Element) -> [UInt8] {
    (element.key.isEmpty ? [] : message(0x0A, Array(element.key.utf8))) + message(0x12, anyValue(element.value))
  }

  private static func anyValue(_ value: AttributeValue) -> [UInt8] {
    switch value {
    case .string(let text): message(0x0A, Array(text.utf8))
    case .bool(let isTrue): [0x10, isTrue ? 1 : 0]
    case .int(let number): [0x18] + varint(UInt64(bitPattern: number))
    case .double(let number): [0x21] + (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> ($0 * 8)) }
    case .array(let list): message(0x2A, list.elements.flatMap { message(0x0A, anyValue($0)) })
    case .map(let map): message(0x32, map.elements.flatMap { message(0x0A, keyValue($0)) })
    case .bytes(let bytes): message(0x3A, bytes)
    case .empty: []
    }
  }

  private static func message(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    [tag] + varint(UInt64(content.count)) + content
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }
}
