/// Attributes with short texts, which most are: one check makes sure of the room, each text is read once, and no function is
/// called. The other attributes are written by `attribute`.
extension ProtobufAppender {
  /// The longest text that is short.
  private static let maxShortText = 64
  /// The bytes that a short attribute may touch: key and value, and four in front of each.
  private static let shortRoom = 2 * (4 + maxShortText)
  /// The place of the key behind the start of a short attribute.
  static let shortKeyOffset = 4

  /// Appends a `KeyValue` whose lengths take one byte each.
  /// - Parameter most: The most bytes of a text.
  /// - Returns: The number of the key's bytes; 0 if nothing was appended, because a text is long, the key is empty, or the memory
  ///   may be too small.
  @inline(__always)
  mutating func shortAttribute<Value: AppendableValue>(
    _ tag: UInt8, _ key: String, _ value: Value, most: Int
  ) -> Int {
    guard capacity &- count >= Self.shortRoom else { return 0 }
    let start = unsafe base + count
    let keySize = unsafe Self.putShort(key, at: start + Self.shortKeyOffset)
    guard keySize > 0 else { return 0 }
    let valueSize = unsafe Value.putShort(value, at: start + Self.shortKeyOffset + keySize, most: most)
    let length = keySize &+ valueSize &+ 2
    guard valueSize > 0, length < 0x80 else { return 0 }
    let prefix = Self.keyPrefix(tag, length, keySize)
    unsafe start.storeBytes(of: prefix.littleEndian, as: UInt32.self)
    count &+= length &+ 2
    return keySize
  }

  /// Tag and length of a `KeyValue`, tag and length of its key; each length takes one byte.
  @inline(__always)
  static func keyPrefix(_ tag: UInt8, _ length: Int, _ keySize: Int) -> UInt32 {
    UInt32(tag) | UInt32(truncatingIfNeeded: length) << 8 | UInt32(WireTags.KeyValue.key) << 16
      | UInt32(truncatingIfNeeded: keySize) << 24
  }

  /// Tag and length of a `KeyValue`'s value, tag and length of the string in it; each length takes one byte.
  @inline(__always)
  static func stringPrefix(_ size: Int) -> UInt32 {
    // Both lengths at once: the outer one is greater by 2.
    UInt32(truncatingIfNeeded: size) &* 0x0100_0100 &+ UInt32(WireTags.KeyValue.value) &+ 2 << 8
      &+ UInt32(WireTags.AnyValue.string) << 16
  }

  /// Writes a text.
  /// - Returns: Its size; -1 if it isn't short.
  @unsafe
  @inline(__always)
  fileprivate static func putShort(_ text: String, at target: UnsafeMutableRawPointer) -> Int {
    unsafe text.utf8.withContiguousStorageIfAvailable { unsafe putShort(UnsafeRawBufferPointer($0), at: target) } ?? -1
  }

  @discardableResult
  @unsafe
  @inline(__always)
  static func putShort(_ text: UnsafeRawBufferPointer, at target: UnsafeMutableRawPointer) -> Int {
    let count = text.count
    guard let start = text.baseAddress else { return 0 }
    if count > 32 {
      guard count <= maxShortText else { return -1 }
      unsafe copyEnds(start, target, count, as: SIMD32<UInt8>.self)
    } else {
      unsafe copyUpTo32(start, target, count)
    }
    return count
  }
}

extension AppendableValue {
  /// A `KeyValue`'s field of a value of one byte.
  @inline(__always)
  fileprivate static func field(_ tag: UInt8, _ value: UInt8) -> UInt32 {
    UInt32(WireTags.KeyValue.value) | 2 << 8 | UInt32(tag) << 16 | UInt32(value) << 24
  }
}

extension String {
  @unsafe
  @inline(__always)
  static func putShort(_ value: String, at target: UnsafeMutableRawPointer, most: Int) -> Int {
    let size = unsafe ProtobufAppender.putShort(value, at: target + 4)
    guard size >= 0, size <= most else { return -1 }
    unsafe target.storeBytes(of: ProtobufAppender.stringPrefix(size).littleEndian, as: UInt32.self)
    return size &+ 4
  }
}

extension Int64 {
  @unsafe
  @inline(__always)
  static func putShort(_ value: Int64, at target: UnsafeMutableRawPointer, most: Int) -> Int {
    let bits = UInt64(bitPattern: value)
    guard bits >= 0x80 else {
      let field = field(WireTags.AnyValue.int, UInt8(truncatingIfNeeded: bits))
      unsafe target.storeBytes(of: field.littleEndian, as: UInt32.self)
      return 4
    }
    let size = bits < 0x4000 ? 2 : bits < 0x20_0000 ? 3 : ProtobufAppender.varintSize(bits)
    let prefix = UInt32(WireTags.KeyValue.value) | UInt32(size &+ 1) << 8 | UInt32(WireTags.AnyValue.int) << 16
    unsafe target.storeBytes(of: prefix.littleEndian, as: UInt32.self)
    if size <= 3 {
      // The last of four bytes is behind the field.
      let more: UInt32 = size == 2 ? 0x80 : 0x8080
      let groups = UInt32(truncatingIfNeeded: bits & 0x7F | bits << 1 & 0x7F00 | bits << 2 & 0x7F_0000)
      unsafe target.storeBytes(of: (groups | more).littleEndian, toByteOffset: 3, as: UInt32.self)
    } else {
      unsafe ProtobufAppender.putLongVarint(bits, at: target + 3)
    }
    return size &+ 3
  }
}

extension Double {
  @unsafe
  @inline(__always)
  static func putShort(_ value: Double, at target: UnsafeMutableRawPointer, most: Int) -> Int {
    let prefix = UInt32(WireTags.KeyValue.value) | 9 << 8 | UInt32(WireTags.AnyValue.double) << 16
    unsafe target.storeBytes(of: prefix.littleEndian, as: UInt32.self)
    unsafe target.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: 3, as: UInt64.self)
    return 11
  }
}

extension Bool {
  @unsafe
  @inline(__always)
  static func putShort(_ value: Bool, at target: UnsafeMutableRawPointer, most: Int) -> Int {
    let field = field(WireTags.AnyValue.bool, value ? 1 : 0)
    unsafe target.storeBytes(of: field.littleEndian, as: UInt32.self)
    return 4
  }
}

extension AttributeValue {
  @unsafe
  static func putShort(_ value: AttributeValue, at target: UnsafeMutableRawPointer, most: Int) -> Int {
    switch value {
    case .string(let text): unsafe String.putShort(text, at: target, most: most)
    case .int(let number): unsafe Int64.putShort(number, at: target, most: most)
    case .double(let number): unsafe Double.putShort(number, at: target, most: most)
    case .bool(let isTrue): unsafe Bool.putShort(isTrue, at: target, most: most)
    case .bytes, .array, .map, .empty: -1
    }
  }
}
