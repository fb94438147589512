// A `KeyValue` is {1: key, 2: AnyValue}; an `AnyValue` is {1: string, 2: bool, 3: int, 4: double, 5: array, 6: map, 7: bytes}.
extension ProtobufAppender {
  /// A `KeyValue` with a string. One store writes each pair of tag and length where both lengths take one byte.
  @unsafe
  @inline(__always)
  mutating func attribute(_ tag: UInt8, _ key: UnsafeRawBufferPointer, string value: UnsafeRawBufferPointer) {
    let length = key.count &+ value.count &+ 6
    guard length < 0x80 else { return unsafe longAttribute(tag, key, 0x0A, value) }
    ensure(length &+ 2)
    unsafe beginAttribute(tag, length, key)
    put(UInt16(0x12) | UInt16(truncatingIfNeeded: value.count &+ 2) << 8)
    put(UInt16(0x0A) | UInt16(truncatingIfNeeded: value.count) << 8)
    unsafe append(value)
  }

  /// A `KeyValue` with an integer.
  @unsafe
  @inline(__always)
  mutating func attribute(_ tag: UInt8, _ key: UnsafeRawBufferPointer, int value: Int64) {
    let bits = UInt64(bitPattern: value)
    let size = Self.varintSize(bits)
    let length = key.count &+ size &+ 5
    guard length < 0x80 else {
      return unsafe longAttribute(tag, key) { value in
        value.ensure(11)
        value.put(UInt8(0x18))
        value.varint(bits)
      }
    }
    ensure(length &+ 2)
    unsafe beginAttribute(tag, length, key)
    put(UInt16(0x12) | UInt16(truncatingIfNeeded: size &+ 1) << 8)
    put(UInt8(0x18))
    varint(bits)
  }

  /// A `KeyValue` with a double.
  @unsafe
  @inline(__always)
  mutating func attribute(_ tag: UInt8, _ key: UnsafeRawBufferPointer, double value: Double) {
    let length = key.count &+ 13
    guard length < 0x80 else {
      return unsafe longAttribute(tag, key) { content in
        content.ensure(9)
        content.fixed64Field(0x21, value.bitPattern)
      }
    }
    ensure(length &+ 2)
    unsafe beginAttribute(tag, length, key)
    put(UInt16(0x0912))
    fixed64Field(0x21, value.bitPattern)
  }

  /// A `KeyValue` with a truth value.
  @unsafe
  @inline(__always)
  mutating func attribute(_ tag: UInt8, _ key: UnsafeRawBufferPointer, bool value: Bool) {
    let length = key.count &+ 6
    guard length < 0x80 else {
      return unsafe longAttribute(tag, key) { content in
        content.ensure(2)
        content.put(value ? UInt16(0x0110) : UInt16(0x0010))
      }
    }
    ensure(length &+ 2)
    unsafe beginAttribute(tag, length, key)
    put(UInt16(0x0212))
    put(value ? UInt16(0x0110) : UInt16(0x0010))
  }

  /// A `KeyValue` with a value of any kind.
  @unsafe
  mutating func attribute(_ tag: UInt8, _ key: UnsafeRawBufferPointer, _ value: borrowing AttributeValue) {
    switch value {
    case .string(let text):
      unsafe Self.withBytes(of: text) { unsafe attribute(tag, key, string: $0) }
    case .int(let number): unsafe attribute(tag, key, int: number)
    case .double(let number): unsafe attribute(tag, key, double: number)
    case .bool(let isTrue): unsafe attribute(tag, key, bool: isTrue)
    default: unsafe rareAttribute(tag, key, copy value)
    }
  }

  /// Repeated `KeyValue`.
  @inline(__always)
  mutating func attributes(_ tag: UInt8, _ attributes: borrowing Attributes) {
    attributes.elements.forEachBorrowed { element in
      unsafe Self.withBytes(of: element.value.key) { key in unsafe attribute(tag, key, element.value.value) }
    }
  }

  /// Tag, length and key of a `KeyValue` of fewer than 128 bytes.
  @unsafe
  @inline(__always)
  private mutating func beginAttribute(_ tag: UInt8, _ length: Int, _ key: UnsafeRawBufferPointer) {
    put(
      UInt32(tag) | UInt32(truncatingIfNeeded: length) << 8 | 0x0A << 16 | UInt32(truncatingIfNeeded: key.count) << 24)
    unsafe append(key)
  }

  @unsafe
  @inline(never)
  private mutating func longAttribute(
    _ tag: UInt8, _ key: UnsafeRawBufferPointer, _ valueTag: UInt8, _ value: UnsafeRawBufferPointer
  ) {
    unsafe longAttribute(tag, key) { unsafe $0.field(valueTag, value) }
  }

  @unsafe
  @inline(never)
  private mutating func longAttribute(
    _ tag: UInt8, _ key: UnsafeRawBufferPointer, _ value: (inout ProtobufAppender) -> Void
  ) {
    let start = beginMessage(tag)
    unsafe field(0x0A, key)
    let valueStart = beginMessage(0x12)
    value(&self)
    endMessage(valueStart)
    endMessage(start)
  }

  @unsafe
  @inline(never)
  private mutating func rareAttribute(_ tag: UInt8, _ key: UnsafeRawBufferPointer, _ value: AttributeValue) {
    unsafe longAttribute(tag, key) { $0.value(value, nesting: 0) }
  }

  /// The content of an `AnyValue`; a value nested too deep is empty (`AttributeValue.maxNesting`).
  private mutating func value(_ value: AttributeValue, nesting: Int) {
    ensure(16)
    switch value {
    case .string(let text): unsafe Self.withBytes(of: text) { unsafe field(0x0A, $0) }
    case .bool(let isTrue): put(isTrue ? UInt16(0x0110) : UInt16(0x0010))
    case .int(let number):
      put(UInt8(0x18))
      varint(UInt64(bitPattern: number))
    case .double(let number): fixed64Field(0x21, number.bitPattern)
    case .bytes(let bytes): unsafe bytes.withUnsafeBytes { unsafe field(0x3A, $0) }
    case .array(let list):
      guard nesting < AttributeValue.maxNesting else { return }
      let start = beginMessage(0x2A)
      for element in list.elements {
        let elementStart = beginMessage(0x0A)
        self.value(element, nesting: nesting + 1)
        endMessage(elementStart)
      }
      endMessage(start)
    case .map(let map):
      guard nesting < AttributeValue.maxNesting else { return }
      let start = beginMessage(0x32)
      for element in map.elements { entry(element, nesting: nesting + 1) }
      endMessage(start)
    case .empty: break
    }
  }

  private mutating func entry(_ element: Attributes.Element, nesting: Int) {
    let start = beginMessage(0x0A)
    unsafe Self.withBytes(of: element.key) { unsafe field(0x0A, $0) }
    let valueStart = beginMessage(0x12)
    value(element.value, nesting: nesting)
    endMessage(valueStart)
    endMessage(start)
  }

  @inline(__always)
  static func varintSize(_ value: UInt64) -> Int { (70 - (value | 1).leadingZeroBitCount) / 7 }
}
