package import TelemetryCore

/// Writes protobuf from the end of a block of memory to its front, so that each length is known when its prefix is written.
/// The bytes of an item are written with it, before the item is queued. It has no public members.
///
/// Invariant: after `ensure`, and after each string, `slack` bytes are free. Fields of fixed size need no check of
/// their own as long as fewer than `slack` bytes of them are written in a row.
@safe
public struct ProtobufWriter: ~Copyable {
  /// More than all fixed-size fields of a span together, with the prefixes around them.
  package static var slack: Int { 160 }

  // SAFETY: all three point into the creator's memory or into `buffer`, or one past its end; the block begins at
  // limit - slack, and limit - slack <= position <= end.
  var position: UnsafeMutableRawPointer
  private var limit: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer
  /// The block, if the writer has grown or was made with a buffer.
  package private(set) var buffer: RawBuffer?

  /// Starts at the end of `buffer`, which has no other writer.
  package init(_ buffer: RawBuffer) {
    unsafe self.init(UnsafeMutableRawBufferPointer(start: buffer.base, count: buffer.capacity))
    self.buffer = buffer
  }

  private let maxBytes: Int
  /// The number of nested values that may still be written.
  private var nestedValuesLeft = AttributeValue.maxNestedValues
  /// True if there is more than `maxBytes`, or more nested values than any request holds; then the written bytes are of no use.
  /// Values that share parts can multiply a few bytes to billions.
  package private(set) var isTooLarge = false

  /// Starts at the end of the creator's memory, which outlives the writer, and grows into memory of its own.
  @unsafe
  @inline(__always)
  package init(_ memory: UnsafeMutableRawBufferPointer, maxBytes: Int = .max) {
    precondition(memory.count >= Self.slack)
    let base = unsafe memory.baseAddress.unsafelyUnwrapped
    unsafe end = base + memory.count
    unsafe position = end
    unsafe limit = base + Self.slack
    buffer = nil
    self.maxBytes = maxBytes
  }

  /// The number of bytes written. The difference of two values is a length, and stays valid when the memory grows.
  @inline(__always) package var written: Int { unsafe end - position }

  /// The written bytes, until the next is written.
  @unsafe
  @inline(__always)
  package var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: position, count: written)
  }

  /// The written bytes of a writer with a buffer.
  package var slice: BufferSlice? {
    buffer.map { BufferSlice(buffer: $0, range: $0.capacity - written..<$0.capacity) }
  }

  /// Makes `count` bytes and the slack free.
  @inline(__always)
  package mutating func ensure(_ count: Int) {
    if unsafe position - limit < count { grow(by: count) }
  }

  @inline(never)
  private mutating func grow(by count: Int) {
    if written > maxBytes - count {
      isTooLarge = true
      unsafe position = end
      if unsafe position - limit >= count { return }
    }
    let used = written
    let capacity = unsafe end - limit + Self.slack
    let larger = RawBuffer(capacity: max(capacity * 2, used + count + 2 * Self.slack))
    let newEnd = unsafe larger.base + larger.capacity
    unsafe (newEnd - used).copyMemory(from: position, byteCount: used)
    unsafe end = newEnd
    unsafe position = newEnd - used
    unsafe limit = larger.base + Self.slack
    buffer = larger
  }

  /// Counts the elements of an array or a map in another value.
  /// - Returns: False if they are too many.
  mutating func admitNested(_ count: Int) -> Bool {
    nestedValuesLeft -= count
    if nestedValuesLeft < 0 { isTooLarge = true }
    return !isTooLarge
  }

  // MARK: Within the slack

  @inline(__always)
  mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    unsafe position -= MemoryLayout<Value>.size
    unsafe position.storeBytes(of: value, as: Value.self)
  }

  @inline(__always) package mutating func byte(_ value: UInt8) { put(value) }

  @inline(__always) package mutating func bigEndian(_ value: UInt64) { put(value.bigEndian) }

  package mutating func bigEndian(_ value: UInt32) { put(value.bigEndian) }

  /// The tag of a field: number << 3 | wire type.
  @inline(__always) package mutating func tag(_ tag: UInt8) { byte(tag) }

  @inline(__always)
  package mutating func varint(_ value: UInt64) {
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
  package mutating func prefix(_ tag: UInt8, since mark: Int) {
    prefix(tag, count: written &- mark)
  }

  @inline(__always)
  package mutating func prefix(_ tag: UInt8, count: Int) {
    if count < 0x80 {
      put((UInt16(truncatingIfNeeded: count) << 8 | UInt16(tag)).littleEndian)
    } else {
      varint(UInt64(truncatingIfNeeded: count))
      self.tag(tag)
    }
  }

  /// A varint field, unless zero.
  @inline(__always)
  package mutating func varintField(_ tag: UInt8, _ value: UInt64) {
    guard value != 0 else { return }
    varint(value)
    self.tag(tag)
  }

  /// A fixed64 field, unless zero.
  @inline(__always)
  package mutating func fixed64Field(_ tag: UInt8, _ value: UInt64) {
    guard value != 0 else { return }
    put(value.littleEndian)
    self.tag(tag)
  }

  /// A fixed32 field, unless zero.
  @inline(__always)
  package mutating func fixed32Field(_ tag: UInt8, _ value: UInt32) {
    guard value != 0 else { return }
    put(value.littleEndian)
    self.tag(tag)
  }

  /// A fixed32 field with a number above 15, unless zero. The tag takes two bytes.
  @inline(__always)
  package mutating func fixed32Field(_ tag: UInt16, _ value: UInt32) {
    guard value != 0 else { return }
    put(value.littleEndian)
    put(tag.littleEndian)
  }

  /// A bool field, also when it is false.
  @inline(__always)
  package mutating func boolField(_ tag: UInt8, _ value: Bool) {
    put((UInt16(value ? 1 : 0) << 8 | UInt16(tag)).littleEndian)
  }

  /// A double field, also when it is zero.
  @inline(__always)
  package mutating func doubleField(_ tag: UInt8, _ value: Double) {
    put(value.bitPattern.littleEndian)
    self.tag(tag)
  }

  // MARK: Any length

  /// A string field, unless empty.
  @inline(__always)
  package mutating func stringField(_ tag: UInt8, _ text: borrowing String) {
    let count = string(text)
    if count != 0 { prefix(tag, count: count) }
  }

  /// The UTF-8 bytes of `text`.
  ///
  /// - Returns: The number of bytes.
  @inline(__always)
  package mutating func string(_ text: borrowing String) -> Int {
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

  package mutating func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { source in unsafe copy(source) }
  }

  @unsafe
  @inline(__always)
  package mutating func copy(_ source: UnsafeRawBufferPointer) {
    let count = source.count
    ensure(count)
    guard count > 0 else { return }
    unsafe position -= count
    if count > 32, isTooLarge { return }
    unsafe ProtobufAppender.copy(source, to: position)
  }
}

extension ProtobufWriter {
  /// The bytes that `body` writes. For small messages.
  package static func bytes(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
    unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { memory in
      var writer = unsafe ProtobufWriter(memory)
      body(&writer)
      return unsafe Array(writer.bytes)
    }
  }
}
