internal import TelemetrySDK

extension WireWriter {
  /// Repeated `KeyValue`. Walked from the end.
  @inline(__always)
  mutating func attributes(_ tag: UInt8, _ attributes: borrowing Attributes) {
    attributes.elements.forEachReversed { attribute(tag, $0, nesting: 0) }
  }

  /// One `KeyValue`. Its value is there even when empty (6.8.3).
  @inline(__always)
  private mutating func attribute(_ tag: UInt8, _ element: borrowing Borrowed<Attributes.Element>, nesting: Int) {
    let mark = written
    value(element.value.value, nesting: nesting)
    prefix(0x12, since: mark)
    stringField(0x0A, element.value.key)
    prefix(tag, since: mark)
  }

  /// The content of an `AnyValue`: a member of a oneof is written whatever its value (6.8.2).
  @inline(__always)
  private mutating func value(_ value: borrowing AttributeValue, nesting: Int) {
    switch value {
    case .string(let text):
      let count = string(text)
      prefix(0x0A, count: count)
    case .int(let number):
      varint(UInt64(bitPattern: number))
      byte(0x18)
    case .double(let number):
      doubleField(0x21, number)
    case .bool(let isTrue):
      bytes(0x10, isTrue ? 1 : 0)
    default:
      rareValue(value, nesting: nesting)
    }
  }

  @inline(never)
  private mutating func rareValue(_ value: borrowing AttributeValue, nesting: Int) {
    let mark = written
    switch value {
    case .bytes(let bytes):
      append(bytes)
      prefix(0x3A, since: mark)
    case .array(let values):
      guard nesting < AttributeValue.maxNesting else { return }
      array(values.elements, nesting: nesting + 1)
      prefix(0x2A, since: mark)
    case .map(let attributes):
      guard nesting < AttributeValue.maxNesting else { return }
      map(attributes, nesting: nesting + 1)
      prefix(0x32, since: mark)
    default:
      break
    }
  }

  private mutating func array(_ values: [AttributeValue], nesting: Int) {
    for index in values.indices.reversed() {
      let mark = written
      value(values[index], nesting: nesting)
      ensure(0)
      prefix(0x0A, since: mark)
    }
  }

  private mutating func map(_ attributes: Attributes, nesting: Int) {
    attributes.elements.forEachReversed { attribute(0x0A, $0, nesting: nesting) }
  }
}
