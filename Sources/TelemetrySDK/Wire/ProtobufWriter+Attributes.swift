extension ProtobufWriter {
  /// Writes each attribute as a `KeyValue`, from the last to the first.
  @inline(__always)
  package mutating func attributes(_ tag: UInt8, _ attributes: borrowing Attributes, nesting: Int = 0) {
    attributes.elements.forEachReversed { element in
      if !shortAttribute(tag, element) { attribute(tag, element, nesting: nesting) }
    }
  }

  /// Writes a `KeyValue`. An empty value is written too (6.8.3).
  @inline(__always)
  private mutating func attribute(_ tag: UInt8, _ element: borrowing Borrowed<Attributes.Element>, nesting: Int) {
    let mark = written
    value(element.value.value, nesting: nesting)
    prefix(WireTags.KeyValue.value, since: mark)
    stringField(WireTags.KeyValue.key, element.value.key)
    prefix(tag, since: mark)
  }

  /// Writes the content of an `AnyValue`. A member of a oneof is written whatever its value (6.8.2).
  @inline(__always)
  mutating func value(_ value: borrowing AttributeValue, nesting: Int) {
    switch value {
    case .string(let text):
      let count = string(text)
      prefix(WireTags.AnyValue.string, count: count)
    case .int(let number):
      varint(UInt64(bitPattern: number))
      tag(WireTags.AnyValue.int)
    case .double(let number):
      doubleField(WireTags.AnyValue.double, number)
    case .bool(let isTrue):
      boolField(WireTags.AnyValue.bool, isTrue)
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
      prefix(WireTags.AnyValue.bytes, since: mark)
    case .array(let values):
      guard nesting < AttributeValue.maxNesting, nesting == 0 || admitNested(values.elements.count) else { return }
      array(values.elements, nesting: nesting + 1)
      prefix(WireTags.AnyValue.array, since: mark)
    case .map(let attributes):
      guard nesting < AttributeValue.maxNesting, nesting == 0 || admitNested(attributes.elements.count) else { return }
      self.attributes(WireTags.List.values, attributes, nesting: nesting + 1)
      prefix(WireTags.AnyValue.map, since: mark)
    default:
      break
    }
  }

  private mutating func array(_ values: [AttributeValue], nesting: Int) {
    for index in values.indices.reversed() where !isTooLarge {
      let mark = written
      value(values[index], nesting: nesting)
      ensure(0)
      prefix(WireTags.List.values, since: mark)
    }
  }
}
