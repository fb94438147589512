internal import TelemetryCore

/// Writes protobuf fields in order, into memory that grows: for a message with fields that arrive one by one.
///
/// A message in a message is begun with one byte for its length; when it ends with 128 bytes or more, its content moves to make
/// room for a longer length. `ProtobufWriter` avoids the move by writing backwards, which needs all fields at once.
@safe
struct ProtobufAppender {
  // SAFETY: `base` points to `capacity` bytes, the first `count` of which are initialized. If `ownsMemory`, the block was
  // allocated by `grow` and is freed by `deallocate`; else it is the creator's and outlives the appender. An appender has one
  // owner and is never used after a copy of it was.
  private(set) var base: UnsafeMutableRawPointer
  private(set) var capacity: Int
  private var ownsMemory = false
  var count: Int

  /// Free bytes that the copies of the fast path may touch beyond their end.
  static let slack = 16

  /// Writes into the creator's memory until that is full, then into memory of its own.
  @unsafe
  init(_ base: UnsafeMutableRawPointer, capacity: Int, count: Int = 0) {
    unsafe self.base = base
    self.capacity = capacity
    self.count = count
  }

  /// Frees the memory that the appender allocated; it is not to be used after this.
  func deallocate() {
    if ownsMemory { unsafe base.deallocate() }
  }

  /// Makes sure that `more` bytes and the slack are free.
  @inline(__always)
  mutating func ensure(_ more: Int) {
    if capacity &- count < more &+ Self.slack { grow(by: more) }
  }

  @inline(never)
  private mutating func grow(by more: Int) {
    let size = max(capacity * 2, count + more + Self.slack)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
    unsafe larger.copyMemory(from: base, byteCount: count)
    if ownsMemory { unsafe base.deallocate() }
    unsafe base = larger
    capacity = size
    ownsMemory = true
  }

  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

  /// The place of the next byte.
  private var end: UnsafeMutableRawPointer { @inline(__always) get { unsafe base + count } }

  // MARK: Fields of fixed size; the caller has made sure of the room

  @inline(__always)
  mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    unsafe end.storeBytes(of: value.littleEndian, as: Value.self)
    count &+= MemoryLayout<Value>.size
  }

  @inline(__always)
  mutating func bigEndian(_ value: UInt64) { put(value.byteSwapped) }

  @inline(__always)
  mutating func fixed64Field(_ tag: UInt8, _ value: UInt64) {
    put(tag)
    put(value)
  }

  @inline(__always)
  mutating func varint(_ value: UInt64) {
    guard value >= 0x80 else { return put(UInt8(truncatingIfNeeded: value)) }
    unsafe Self.putLongVarint(value, at: end)
    count &+= Self.varintSize(value)
  }

  @unsafe
  @inline(never)
  static func putLongVarint(_ value: UInt64, at target: UnsafeMutableRawPointer) {
    var (rest, target) = unsafe (value, target)
    while rest >= 0x80 {
      unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
      unsafe target += 1
      rest >>= 7
    }
    unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
  }

  /// A varint field; left out if zero.
  mutating func varintField(_ tag: UInt8, _ value: UInt64) {
    guard value != 0 else { return }
    put(tag)
    varint(value)
  }

  /// A varint field, after making sure of the room.
  @inline(never)
  mutating func endWithCount(_ tag: UInt8, _ value: UInt64) {
    ensure(11)
    varintField(tag, value)
  }

  // MARK: Fields of any length

  /// A string or bytes field.
  @unsafe
  @inline(__always)
  mutating func field(_ tag: UInt8, _ content: UnsafeRawBufferPointer) {
    guard content.count < 0x80 else { return unsafe longField(tag, content) }
    ensure(content.count &+ 2)
    put(UInt16(tag) | UInt16(truncatingIfNeeded: content.count) << 8)
    unsafe append(content)
  }

  @unsafe
  @inline(never)
  private mutating func longField(_ tag: UInt8, _ content: UnsafeRawBufferPointer) {
    ensure(content.count &+ 11)
    put(tag)
    varint(UInt64(truncatingIfNeeded: content.count))
    unsafe append(content)
  }

  /// Bytes as they are; the caller has made sure of the room.
  @unsafe
  @inline(__always)
  mutating func append(_ content: UnsafeRawBufferPointer) {
    unsafe Self.copy(content, to: end)
    count &+= content.count
  }

  /// A string field; left out if empty.
  @inline(__always)
  mutating func stringField(_ tag: UInt8, _ text: String) {
    if text.utf8.count > 0 { string(tag, text) }
  }

  /// A string field, also if it is empty.
  @inline(__always)
  mutating func string(_ tag: UInt8, _ text: String) {
    let size = text.utf8.count
    ensure(size &+ 11)
    if size < 0x80 {
      put(UInt16(tag) | UInt16(truncatingIfNeeded: size) << 8)
    } else {
      put(tag)
      varint(UInt64(truncatingIfNeeded: size))
    }
    append(text, size: size)
  }

  /// Begins a message in the message; give the result to `endMessage`.
  @inline(__always)
  mutating func beginMessage(_ tag: UInt8) -> Int {
    ensure(2)
    put(UInt16(tag))
    return count
  }

  /// Ends the message that began at `start`.
  @inline(__always)
  mutating func endMessage(_ start: Int) {
    let length = count &- start
    if length < 0x80 {
      unsafe base.storeBytes(of: UInt8(truncatingIfNeeded: length), toByteOffset: start &- 1, as: UInt8.self)
    } else {
      endLongMessage(start, length)
    }
  }

  @inline(never)
  private mutating func endLongMessage(_ start: Int, _ length: Int) {
    let extra = Self.varintSize(UInt64(length)) - 1
    ensure(extra)
    unsafe (base + start + extra).copyMemory(from: base + start, byteCount: length)
    count = start - 1
    varint(UInt64(length))
    count += length
  }

  /// Calls `body` with the UTF-8 bytes of `text`, without a copy where the string has them: always on Linux.
  @unsafe
  static func withBytes<Result>(of text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    if let result = unsafe text.utf8.withContiguousStorageIfAvailable({ unsafe body(UnsafeRawBufferPointer($0)) }) {
      return result
    }
    var contiguous = text
    return contiguous.withUTF8 { unsafe body(UnsafeRawBufferPointer($0)) }
  }

  /// The UTF-8 bytes of a text, which are `size`; the caller has made sure of the room.
  @inline(__always)
  mutating func append(_ text: String, size: Int) {
    let target = unsafe end
    let done: Void? = unsafe text.utf8.withContiguousStorageIfAvailable {
      unsafe Self.copy(UnsafeRawBufferPointer($0), to: target)
    }
    if done == nil { unsafe Self.copySlowly(text, to: target) }
    count &+= size
  }

  /// Copies a string that has no contiguous UTF-8, such as one bridged from Objective-C.
  @unsafe
  @inline(never)
  private static func copySlowly(_ text: String, to target: UnsafeMutableRawPointer) {
    unsafe withBytes(of: text) { unsafe copy($0, to: target) }
  }

  /// Copies without a call for the lengths that names and values mostly have.
  @unsafe
  @inline(__always)
  static func copy(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    let count = source.count
    guard let start = source.baseAddress else { return }
    if count > 32 {
      unsafe target.copyMemory(from: start, byteCount: count)
    } else {
      unsafe copyUpTo32(start, target, count)
    }
  }

  /// Copies 0 to 32 bytes.
  @unsafe
  @inline(__always)
  static func copyUpTo32(_ start: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int) {
    if count >= 16 {
      unsafe copyEnds(start, target, count, as: SIMD16<UInt8>.self)
    } else if count >= 8 {
      unsafe copyEnds(start, target, count, as: UInt64.self)
    } else if count >= 4 {
      unsafe copyEnds(start, target, count, as: UInt32.self)
    } else if count > 0 {
      // One to three bytes: the first, the middle and the last, which may be the same.
      let (middle, last) = (count >> 1, count &- 1)
      let values = unsafe (
        start.load(as: UInt8.self), start.load(fromByteOffset: middle, as: UInt8.self),
        start.load(fromByteOffset: last, as: UInt8.self)
      )
      unsafe target.storeBytes(of: values.0, as: UInt8.self)
      unsafe target.storeBytes(of: values.1, toByteOffset: middle, as: UInt8.self)
      unsafe target.storeBytes(of: values.2, toByteOffset: last, as: UInt8.self)
    }
  }

  /// Copies one to two `Chunk`s: the first and the last, which may overlap.
  @unsafe
  @inline(__always)
  static func copyEnds<Chunk: BitwiseCopyable>(
    _ start: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, as: Chunk.Type
  ) {
    let last = count &- MemoryLayout<Chunk>.size
    let (head, tail) = unsafe (
      start.loadUnaligned(as: Chunk.self), start.loadUnaligned(fromByteOffset: last, as: Chunk.self)
    )
    unsafe target.storeBytes(of: head, as: Chunk.self)
    unsafe target.storeBytes(of: tail, toByteOffset: last, as: Chunk.self)
  }
}
