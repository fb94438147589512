/// Attributes with short texts and with numbers, which most are: their sizes are known before they are written, so that one store
/// writes several tags and lengths.
///
/// The position is a local variable meanwhile, which stays in a register: each store through a pointer may change a member.
extension ProtobufWriter {
  /// The longest text that is short, so that all lengths of the attribute take one byte.
  private static let maxShortText = 56

  /// Writes a `KeyValue`.
  /// - Returns: False if nothing was written: the key is empty, a text is long, or the value is of another kind.
  @inline(__always)
  mutating func shortAttribute(_ tag: UInt8, _ element: borrowing Borrowed<Attributes.Element>) -> Bool {
    unsafe element.value.key.utf8.withContiguousStorageIfAvailable { key in
      let key = UnsafeRawBufferPointer(key)
      guard key.count > 0, key.count <= Self.maxShortText else { return false }
      switch element.value.value {
      case .string(let text): return unsafe shortAttribute(tag, key, text)
      case .int(let number):
        let bits = UInt64(bitPattern: number)
        // A varint of at most four bytes.
        guard bits < 1 << 28 else { return false }
        let size = ProtobufAppender.varintSize(bits)
        let groups = bits & 0x7F | bits << 1 & 0x7F00 | bits << 2 & 0x7F_0000 | bits << 3 & 0x7F00_0000
        let more: UInt64 = 0x80_8080 & (1 << (8 &* (size &- 1)) &- 1)
        unsafe shortAttribute(tag, key, WireTags.AnyValue.int, groups | more, size: size)
      case .double(let number):
        unsafe shortAttribute(tag, key, WireTags.AnyValue.double, number.bitPattern, size: 8)
      case .bool(let isTrue): unsafe shortAttribute(tag, key, WireTags.AnyValue.bool, isTrue ? 1 : 0, size: 1)
      default: return false
      }
      return true
    } ?? false
  }

  @unsafe
  @inline(__always)
  private mutating func shortAttribute(_ tag: UInt8, _ key: UnsafeRawBufferPointer, _ text: borrowing String) -> Bool {
    unsafe text.utf8.withContiguousStorageIfAvailable { text in
      let count = text.count
      guard count <= Self.maxShortText else { return false }
      ensure(key.count &+ count)
      let start = unsafe position - count
      unsafe ProtobufAppender.putShort(UnsafeRawBufferPointer(text), at: start)
      unsafe (start - 4).storeBytes(of: ProtobufAppender.stringPrefix(count).littleEndian, as: UInt32.self)
      unsafe putKey(tag, key, before: start - 4, valueSize: count &+ 4)
      return true
    } ?? false
  }

  /// - Parameter content: The bytes of the value, the first one lowest.
  @unsafe
  @inline(__always)
  private mutating func shortAttribute(
    _ tag: UInt8, _ key: UnsafeRawBufferPointer, _ valueTag: UInt8, _ content: UInt64, size: Int
  ) {
    ensure(key.count)
    let end = unsafe position
    let start = unsafe end - (size &+ 3)
    // The first bytes of both stores lie in front of what they are for, where what is written next replaces them.
    unsafe (end - 8).storeBytes(of: (content << (64 &- 8 &* size)).littleEndian, as: UInt64.self)
    let prefix =
      UInt32(WireTags.KeyValue.value) << 8 | UInt32(truncatingIfNeeded: size &+ 1) << 16 | UInt32(valueTag) << 24
    unsafe (start - 1).storeBytes(of: prefix.littleEndian, as: UInt32.self)
    unsafe putKey(tag, key, before: start, valueSize: size &+ 3)
  }

  @unsafe
  @inline(__always)
  private mutating func putKey(
    _ tag: UInt8, _ key: UnsafeRawBufferPointer, before end: UnsafeMutableRawPointer, valueSize: Int
  ) {
    let start = unsafe end - key.count
    unsafe ProtobufAppender.putShort(key, at: start)
    let prefix = ProtobufAppender.keyPrefix(tag, key.count &+ valueSize &+ 2, key.count)
    unsafe (start - 4).storeBytes(of: prefix.littleEndian, as: UInt32.self)
    unsafe position = start - 4
  }
}
