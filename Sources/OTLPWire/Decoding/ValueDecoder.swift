internal import TelemetrySDK

/// Reads `KeyValue` and `AnyValue`, and counts what it makes.
struct ValueDecoder {
  /// How many more spans, events, links, attributes and values there may be.
  var itemsLeft: Int

  /// Notes an item that the message of `reader` stands for.
  mutating func count(_ reader: WireReader) throws(WireError) {
    itemsLeft -= 1
    if itemsLeft < 0 { throw WireError(.tooLarge, at: reader.position) }
  }

  mutating func keyValue(_ reader: WireReader) throws(WireError) -> Attributes.Element {
    var reader = reader
    try count(reader)
    var element = Attributes.Element("", .empty)
    while let field = try reader.nextKey() {
      switch field {
      case 0x0A: element.key = try reader.string()
      case 0x12: try value(try reader.message(), &element.value)
      default: try reader.skip(field)
      }
    }
    return element
  }

  /// The last kind wins; arrays and maps that occur twice are merged.
  private mutating func value(_ reader: WireReader, _ value: inout AttributeValue) throws(WireError) {
    var reader = reader
    while let key = try reader.nextKey() {
      switch key {
      case 0x0A: value = .string(try reader.string())
      case 0x10: value = .bool(try reader.varint() != 0)
      case 0x18: value = .int(Int64(bitPattern: try reader.varint()))
      case 0x21: value = .double(try reader.double())
      case 0x2A: try array(try reader.message(), &value)
      case 0x32: try map(try reader.message(), &value)
      case 0x3A: value = .bytes(try reader.byteArray())
      default: try reader.skip(key)
      }
    }
  }

  private mutating func array(_ reader: WireReader, _ value: inout AttributeValue) throws(WireError) {
    var reader = reader
    var elements = AttributeValue.List()
    if case .array(let earlier) = value {
      elements = earlier
      value = .empty  // so that appending doesn't copy
    }
    while let key = try reader.nextKey() {
      switch key {
      case 0x0A:
        try count(reader)
        var element = AttributeValue.empty
        try self.value(try reader.message(), &element)
        elements.append(element)
      default: try reader.skip(key)
      }
    }
    value = .array(elements)
  }

  private mutating func map(_ reader: WireReader, _ value: inout AttributeValue) throws(WireError) {
    var reader = reader
    var attributes = Attributes()
    if case .map(let earlier) = value {
      attributes = earlier
      value = .empty  // so that appending doesn't copy
    }
    while let key = try reader.nextKey() {
      switch key {
      case 0x0A: attributes.elements.append(try keyValue(try reader.message()))
      default: try reader.skip(key)
      }
    }
    value = .map(attributes)
  }
}
