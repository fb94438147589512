// A `KeyValue` is {1: key, 2: AnyValue}. Functions return the position of the key's bytes in the message. They get the sizes of
// texts, which their callers have counted.
extension ProtobufAppender {
  /// A `KeyValue` with a string. One store writes the tags and lengths in front of each text where all lengths take one byte.
  @discardableResult
  @inline(__always)
  mutating func attribute(_ tag: UInt8, _ key: String, _ keySize: Int, string value: String, _ valueSize: Int) -> Int {
    let length = keySize &+ valueSize &+ 6
    guard length < 0x80 else { return longAttribute(tag, key, value) }
    ensure(length &+ 2)
    let place = beginAttribute(tag, length, key, keySize)
    put(Self.stringPrefix(valueSize))
    append(value, size: valueSize)
    return place
  }

  /// A `KeyValue` with an integer.
  @discardableResult
  @inline(__always)
  mutating func attribute(_ tag: UInt8, _ key: String, _ keySize: Int, int value: Int64) -> Int {
    let bits = UInt64(bitPattern: value)
    let size = Self.varintSize(bits)
    let length = keySize &+ size &+ 5
    guard length < 0x80 else { return longAttribute(tag, key, .int(value)) }
    ensure(length &+ 2)
    let place = beginAttribute(tag, length, key, keySize)
    put(UInt16(WireTags.KeyValue.value) | UInt16(truncatingIfNeeded: size &+ 1) << 8)
    put(WireTags.AnyValue.int)
    varint(bits)
    return place
  }

  /// A `KeyValue` with a double.
  @discardableResult
  @inline(__always)
  mutating func attribute(_ tag: UInt8, _ key: String, _ keySize: Int, double value: Double) -> Int {
    let length = keySize &+ 13
    guard length < 0x80 else { return longAttribute(tag, key, .double(value)) }
    ensure(length &+ 2)
    let place = beginAttribute(tag, length, key, keySize)
    put(UInt16(WireTags.KeyValue.value) | 9 << 8)
    fixed64Field(WireTags.AnyValue.double, value.bitPattern)
    return place
  }

  /// A `KeyValue` with a truth value.
  @discardableResult
  @inline(__always)
  mutating func attribute(_ tag: UInt8, _ key: String, _ keySize: Int, bool value: Bool) -> Int {
    let length = keySize &+ 6
    guard length < 0x80 else { return longAttribute(tag, key, .bool(value)) }
    ensure(length &+ 2)
    let place = beginAttribute(tag, length, key, keySize)
    put(UInt16(WireTags.KeyValue.value) | 2 << 8)
    put(UInt16(WireTags.AnyValue.bool) | (value ? 1 << 8 : 0))
    return place
  }

  /// A `KeyValue` with a value of any kind.
  @discardableResult
  mutating func attribute(_ tag: UInt8, _ key: String, _ value: borrowing AttributeValue) -> Int {
    let keySize = key.utf8.count
    switch value {
    case .string(let text): return attribute(tag, key, keySize, string: text, text.utf8.count)
    case .int(let number): return attribute(tag, key, keySize, int: number)
    case .double(let number): return attribute(tag, key, keySize, double: number)
    case .bool(let isTrue): return attribute(tag, key, keySize, bool: isTrue)
    default: return longAttribute(tag, key, copy value)
    }
  }

  /// Repeated `KeyValue`.
  @inline(__always)
  mutating func attributes(_ tag: UInt8, _ attributes: borrowing Attributes) {
    attributes.elements.forEachBorrowed { attribute(tag, $0.value.key, $0.value.value) }
  }

  /// Tag, length and key of a `KeyValue` of fewer than 128 bytes.
  @inline(__always)
  private mutating func beginAttribute(_ tag: UInt8, _ length: Int, _ key: String, _ keySize: Int) -> Int {
    put(Self.keyPrefix(tag, length, keySize))
    let place = count
    append(key, size: keySize)
    return place
  }

  @inline(never)
  private mutating func longAttribute(_ tag: UInt8, _ key: String, _ value: String) -> Int {
    longAttribute(tag, key) { $0.string(WireTags.AnyValue.string, value) }
  }

  @inline(never)
  private mutating func longAttribute(_ tag: UInt8, _ key: String, _ value: AttributeValue) -> Int {
    longAttribute(tag, key) { $0.value(value, nesting: 0) }
  }

  private mutating func longAttribute(
    _ tag: UInt8, _ key: String, _ value: (inout ProtobufAppender) -> Void
  ) -> Int {
    let start = beginMessage(tag)
    string(WireTags.KeyValue.key, key)
    let place = count - key.utf8.count
    let valueStart = beginMessage(WireTags.KeyValue.value)
    value(&self)
    endMessage(valueStart)
    let before = count
    endMessage(start)
    return place + count - before  // a long length has moved the content
  }

  /// The content of an `AnyValue`; a value nested too deep is empty (`AttributeValue.maxNesting`).
  private mutating func value(_ value: AttributeValue, nesting: Int) {
    ensure(16)
    switch value {
    case .string(let text): string(WireTags.AnyValue.string, text)
    case .bool(let isTrue): put(UInt16(WireTags.AnyValue.bool) | (isTrue ? 1 << 8 : 0))
    case .int(let number):
      put(WireTags.AnyValue.int)
      varint(UInt64(bitPattern: number))
    case .double(let number): fixed64Field(WireTags.AnyValue.double, number.bitPattern)
    case .bytes(let bytes): unsafe bytes.withUnsafeBytes { unsafe field(WireTags.AnyValue.bytes, $0) }
    case .array(let list):
      guard nesting < AttributeValue.maxNesting else { return }
      let start = beginMessage(WireTags.AnyValue.array)
      for element in list.elements {
        let elementStart = beginMessage(WireTags.List.values)
        self.value(element, nesting: nesting + 1)
        endMessage(elementStart)
      }
      endMessage(start)
    case .map(let map):
      guard nesting < AttributeValue.maxNesting else { return }
      let start = beginMessage(WireTags.AnyValue.map)
      for element in map.elements { entry(element, nesting: nesting + 1) }
      endMessage(start)
    case .empty: break
    }
  }

  private mutating func entry(_ element: Attributes.Element, nesting: Int) {
    let start = beginMessage(WireTags.List.values)
    string(WireTags.KeyValue.key, element.key)
    let valueStart = beginMessage(WireTags.KeyValue.value)
    value(element.value, nesting: nesting)
    endMessage(valueStart)
    endMessage(start)
  }

  @inline(__always)
  static func varintSize(_ value: UInt64) -> Int { (70 - (value | 1).leadingZeroBitCount) / 7 }
}
