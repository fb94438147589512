internal import TelemetryCore

/// Writes protobuf from the end of a buffer to its front, so that each length is known when its prefix is written.
///
/// Invariant: after `ensure`, and after each string, `slack` bytes are free. Fields of fixed size need no check of
/// their own as long as fewer than `slack` bytes of them are written in a row.
@safe
struct ProtobufWriter: ~Copyable {
  /// More than all fixed-size fields of a span together, with the prefixes around them.
  static let slack = 160

  // SAFETY: all three point into `buffer`, or one past its end; base + slack <= limit, limit - slack <= position <= end.
  private var position: UnsafeMutableRawPointer
  private var limit: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer
  private(set) var buffer: RawBuffer

  /// Starts at the end of `buffer`, which has no other writer.
  init(_ buffer: RawBuffer) {
    precondition(buffer.capacity >= Self.slack)
    self.buffer = buffer
    unsafe end = buffer.base + buffer.capacity
    unsafe position = end
    unsafe limit = buffer.base + Self.slack
  }

  /// The number of bytes written. The difference of two values is a length, and stays valid when the buffer grows.
  @inline(__always) var written: Int { unsafe end - position }

  /// The written bytes, as positions in `buffer`.
  var range: Range<Int> { buffer.capacity - written..<buffer.capacity }

  /// Makes `count` bytes and the slack free.
  @inline(__always)
  mutating func ensure(_ count: Int) {
    if unsafe position - limit < count { grow(by: count) }
  }

  @inline(never)
  private mutating func grow(by count: Int) {
    let used = written
    let larger = RawBuffer(capacity: max(buffer.capacity * 2, used + count + 2 * Self.slack))
    let newEnd = unsafe larger.base + larger.capacity
    unsafe (newEnd - used).copyMemory(from: position, byteCount: used)
    unsafe end = newEnd
    unsafe position = newEnd - used
    unsafe limit = larger.base + Self.slack
    buffer = larger
  }

  // MARK: Within the slack

  @inline(__always)
  private mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    unsafe position -= MemoryLayout<Value>.size
    unsafe position.storeBytes(of: value, as: Value.self)
  }

  @inline(__always) mutating func byte(_ value: UInt8) { put(value) }

  @inline(__always) mutating func bigEndian(_ value: UInt64) { put(value.bigEndian) }

  mutating func bigEndian(_ value: UInt32) { put(value.bigEndian) }

  /// The tag of a field with a number up to 15.
  @inline(__always) mutating func tag(_ tag: UInt32) { byte(UInt8(truncatingIfNeeded: tag)) }

  @inline(__always)
  mutating func varint(_ value: UInt64) {
    if value < 0x80 {
      byte(UInt8(truncatingIfNeeded: value))
    } else if value < 0x4000 {
      put((UInt16(truncatingIfNeeded: value & 0x7F | 0x80) | UInt16(truncatingIfNeeded: value >> 7) << 8).littleEndian)
    } else {
      longVarint(value)
    }
  }

  @inline(never)
  private mutating func longVarint(_ value: UInt64) {
    let count = (70 - value.leadingZeroBitCount) / 7
    unsafe position -= count
    var rest = value
    for index in 0..<count {
      let more: UInt8 = index + 1 < count ? 0x80 : 0
      unsafe position.storeBytes(
        of: UInt8(truncatingIfNeeded: rest & 0x7F) | more, toByteOffset: index, as: UInt8.self)
      rest >>= 7
    }
  }

  /// The tag and the length of the content that was written since `written` was `mark`.
  @inline(__always)
  mutating func prefix(_ tag: UInt32, since mark: Int) {
    prefix(tag, count: written &- mark)
  }

  @inline(__always)
  mutating func prefix(_ tag: UInt32, count: Int) {
    if count < 0x80 {
      put((UInt16(truncatingIfNeeded: count) << 8 | UInt16(truncatingIfNeeded: tag)).littleEndian)
    } else {
      varint(UInt64(truncatingIfNeeded: count))
      self.tag(tag)
    }
  }

  /// A varint field, unless zero.
  @inline(__always)
  mutating func varintField(_ tag: UInt32, _ value: UInt64) {
    guard value != 0 else { return }
    varint(value)
    self.tag(tag)
  }

  /// A fixed64 field, unless zero.
  @inline(__always)
  mutating func fixed64Field(_ tag: UInt32, _ value: UInt64) {
    guard value != 0 else { return }
    put(value.littleEndian)
    self.tag(tag)
  }

  /// A fixed32 field, unless zero. Its number may be above 15.
  @inline(__always)
  mutating func fixed32Field(_ tag: UInt32, _ value: UInt32) {
    guard value != 0 else { return }
    put(value.littleEndian)
    varint(UInt64(tag))
  }

  /// A bool field, also when it is false.
  @inline(__always)
  mutating func boolField(_ tag: UInt32, _ value: Bool) {
    put((UInt16(value ? 1 : 0) << 8 | UInt16(truncatingIfNeeded: tag)).littleEndian)
  }

  /// A double field, also when it is zero.
  @inline(__always)
  mutating func doubleField(_ tag: UInt32, _ value: Double) {
    put(value.bitPattern.littleEndian)
    self.tag(tag)
  }

  // MARK: Any length

  /// A string field, unless empty.
  @inline(__always)
  mutating func stringField(_ tag: UInt32, _ text: borrowing String) {
    let count = string(text)
    if count != 0 { prefix(tag, count: count) }
  }

  /// The UTF-8 bytes of `text`.
  ///
  /// - Returns: The number of bytes.
  @inline(__always)
  mutating func string(_ text: borrowing String) -> Int {
    let count = unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
      unsafe copy(UnsafeRawBufferPointer(bytes))
      return bytes.count
    }
    return count ?? stringWithoutStorage(copy text)
  }

  /// Writes a string that has no contiguous UTF-8, such as one bridged from Objective-C.
  @inline(never)
  private mutating func stringWithoutStorage(_ text: String) -> Int {
    let bytes = Array(text.utf8)
    append(bytes)
    return bytes.count
  }

  mutating func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { source in unsafe copy(source) }
  }

  @unsafe
  @inline(__always)
  mutating func copy(_ source: UnsafeRawBufferPointer) {
    let count = source.count
    ensure(count)
    guard let start = source.baseAddress, count > 0 else { return }
    unsafe position -= count
    if count > 32 {
      unsafe position.copyMemory(from: start, byteCount: count)
    } else if count >= 16 {
      unsafe copyEnds(start, count, as: SIMD16<UInt8>.self)
    } else if count >= 8 {
      unsafe copyEnds(start, count, as: UInt64.self)
    } else if count >= 4 {
      unsafe copyEnds(start, count, as: UInt32.self)
    } else {
      // For one to three bytes: the first, the middle and the last, which may coincide.
      let middle = count >> 1
      let last = count - 1
      let values = unsafe (
        start.load(as: UInt8.self), start.load(fromByteOffset: middle, as: UInt8.self),
        start.load(fromByteOffset: last, as: UInt8.self)
      )
      unsafe position.storeBytes(of: values.0, as: UInt8.self)
      unsafe position.storeBytes(of: values.1, toByteOffset: middle, as: UInt8.self)
      unsafe position.storeBytes(of: values.2, toByteOffset: last, as: UInt8.self)
    }
  }

  /// Copies one to two `Chunk`s: the first and the last, which may overlap.
  @unsafe
  @inline(__always)
  private func copyEnds<Chunk: BitwiseCopyable>(_ start: UnsafeRawPointer, _ count: Int, as: Chunk.Type) {
    let last = count &- MemoryLayout<Chunk>.size
    let head = unsafe start.loadUnaligned(as: Chunk.self)
    let tail = unsafe start.loadUnaligned(fromByteOffset: last, as: Chunk.self)
    unsafe position.storeBytes(of: head, as: Chunk.self)
    unsafe position.storeBytes(of: tail, toByteOffset: last, as: Chunk.self)
  }
}

extension ProtobufWriter {
  /// The bytes that `body` writes. For small messages: the buffer is not pooled.
  static func bytes(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter(RawBuffer(capacity: 1024))
    body(&writer)
    return BufferSlice(buffer: writer.buffer, range: writer.range).array
  }
}
