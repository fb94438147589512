/// Reads the fields of a protobuf message that this module wrote.
///
/// It stays within the message whatever that contains: a field that reaches beyond the end is taken as the end. Messages from
/// elsewhere are decoded by OTLPWire, which reports what is wrong with them.
@safe
struct FieldReader {
  // SAFETY: `position <= end`, and the bytes between them outlive the reader.
  private var position: UnsafeRawPointer
  private let end: UnsafeRawPointer

  @unsafe
  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer) {
    let start = unsafe bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    unsafe position = start
    unsafe end = start + bytes.count
  }

  /// The bytes that are left.
  var count: Int { unsafe end - position }

  /// The next field's tag, number << 3 | wire type; nil at the end.
  @inline(__always)
  mutating func nextTag() -> UInt64? { unsafe position < end ? varint() : nil }

  @inline(__always)
  mutating func varint() -> UInt64 {
    guard unsafe position < end else { return 0 }
    let first = unsafe position.load(as: UInt8.self)
    unsafe position += 1
    return first < 0x80 ? UInt64(first) : longVarint(first)
  }

  private mutating func longVarint(_ first: UInt8) -> UInt64 {
    var (result, shift) = (UInt64(first & 0x7F), 7 as UInt64)
    while unsafe position < end, shift < 64 {
      let byte = unsafe position.load(as: UInt8.self)
      unsafe position += 1
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    return result
  }

  @inline(__always)
  mutating func fixed64() -> UInt64 { UInt64(littleEndian: load()) }

  @inline(__always)
  mutating func fixed32() -> UInt32 { UInt32(littleEndian: load()) }

  @inline(__always)
  private mutating func load<Value: FixedWidthInteger & BitwiseCopyable>() -> Value {
    guard unsafe end - position >= MemoryLayout<Value>.size else {
      unsafe position = end
      return 0
    }
    defer { unsafe position += MemoryLayout<Value>.size }
    return unsafe position.loadUnaligned(as: Value.self)
  }

  /// The content of a field that has a length.
  @unsafe
  @inline(__always)
  mutating func bytes() -> UnsafeRawBufferPointer {
    let count = Int(clamping: varint())
    let available = unsafe end - position
    let taken = min(count, available)
    defer { unsafe position += taken }
    return unsafe UnsafeRawBufferPointer(start: position, count: taken)
  }

  @inline(__always)
  mutating func string() -> String { unsafe String(decoding: bytes(), as: UTF8.self) }

  @inline(__always)
  mutating func message() -> FieldReader { unsafe FieldReader(bytes()) }

  /// Passes over a field's value.
  @inline(__always)
  mutating func skip(_ tag: UInt64) {
    switch tag & 7 {
    case 0: _ = varint()
    case 1: _ = fixed64()
    case 2: _ = unsafe bytes()
    case 5: _ = fixed32()
    default: unsafe position = end
    }
  }
}
