internal import TelemetrySDK

/// Reads `KeyValue` and `AnyValue`, and bounds the number of items in one message.
package struct AttributeReader {
  /// The number of spans, events, links, attributes and values that may still follow.
  var itemsLeft: Int

  /// Counts the item in the message of `reader`.
  mutating func count(_ reader: ProtobufReader) throws(WireError) {
    itemsLeft -= 1
    if itemsLeft < 0 { throw WireError(.tooLarge, at: reader.position) }
  }

  mutating func keyValue(_ reader: ProtobufReader) throws(WireError) -> Attributes.Element {
    var reader = reader
    try count(reader)
    var element = Attributes.Element("", .empty)
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.KeyValue.key: element.key = try reader.string()
      case WireTags.KeyValue.value: try value(try reader.message(), &element.value)
      default: try reader.skip(tag)
      }
    }
    return element
  }

  /// Reads an `AnyValue`. The last kind wins; arrays and maps that occur twice are merged.
  mutating func value(_ reader: ProtobufReader, _ value: inout AttributeValue) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.AnyValue.string: value = .string(try reader.string())
      case WireTags.AnyValue.bool: value = .bool(try reader.varint() != 0)
      case WireTags.AnyValue.int: value = .int(Int64(bitPattern: try reader.varint()))
      case WireTags.AnyValue.double: value = .double(try reader.double())
      case WireTags.AnyValue.array: try array(try reader.message(), &value)
      case WireTags.AnyValue.map: try map(try reader.message(), &value)
      case WireTags.AnyValue.bytes: value = .bytes(try reader.byteArray())
      default: try reader.skip(tag)
      }
    }
  }

  private mutating func array(_ reader: ProtobufReader, _ value: inout AttributeValue) throws(WireError) {
    var reader = reader
    var elements = AttributeValue.List()
    if case .array(let earlier) = value {
      elements = earlier
      value = .empty  // so that appending doesn't copy
    }
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.List.values:
        try count(reader)
        var element = AttributeValue.empty
        try self.value(try reader.message(), &element)
        elements.append(element)
      default: try reader.skip(tag)
      }
    }
    value = .array(elements)
  }

  private mutating func map(_ reader: ProtobufReader, _ value: inout AttributeValue) throws(WireError) {
    var reader = reader
    var attributes = Attributes()
    if case .map(let earlier) = value {
      attributes = earlier
      value = .empty  // so that appending doesn't copy
    }
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.List.values: attributes.elements.append(try keyValue(try reader.message()))
      default: try reader.skip(tag)
      }
    }
    value = .map(attributes)
  }
}
