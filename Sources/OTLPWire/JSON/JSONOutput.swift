internal import TelemetryCore

/// The bytes of a text while it is written. Each function that writes several bytes makes room for them first. Sums of positions
/// aren't checked for overflow: they are within the buffer, or little behind it.
@safe
struct JSONOutput: ~Copyable {
  private var buffer: RawBuffer
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var count = 0

  /// - Parameter room: The number of bytes of any content in front.
  init(capacity: Int, room: Int = 0) {
    buffer = RawBuffer(capacity: max(capacity, 256))
    unsafe base = buffer.base
    self.capacity = buffer.capacity
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: room)
    count = room
  }

  /// The written bytes.
  consuming func finish() -> BufferSlice { BufferSlice(buffer: buffer, range: 0..<count) }

  /// Makes room for `extra` bytes behind those that are written.
  @inline(__always)
  mutating func reserve(_ extra: Int) {
    if capacity &- count < extra { grow(extra) }
  }

  @inline(never)
  private mutating func grow(_ extra: Int) {
    let larger = RawBuffer(capacity: max(capacity * 2, count + extra))
    unsafe larger.base.copyMemory(from: base, byteCount: count)
    buffer = larger
    unsafe base = larger.base
    capacity = larger.capacity
  }

  /// Changes a byte that was written.
  @inline(__always)
  mutating func set(_ byte: UInt8, at position: Int) {
    unsafe base.storeBytes(of: byte, toByteOffset: position, as: UInt8.self)
  }

  @inline(__always)
  mutating func append(reserved byte: UInt8) {
    unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  /// Writes eight bytes without counting them, some bytes behind the counted ones.
  @inline(__always)
  mutating func set(word: UInt64, behind offset: Int = 0) {
    unsafe base.storeBytes(of: word.littleEndian, toByteOffset: count &+ offset, as: UInt64.self)
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    append(reserved: byte)
  }

  mutating func append(_ text: StaticString) {
    let bytes = text.utf8CodeUnitCount
    reserve(bytes)
    unsafe base.advanced(by: count).copyMemory(from: text.utf8Start, byteCount: bytes)
    count += bytes
  }

  /// Copies a name of at most 32 bytes, of which 32 can be read and there is room for 64 more bytes behind it afterwards.
  @inline(__always)
  mutating func append(name: UnsafePointer<UInt8>, count length: Int) {
    reserve(96)
    let source = unsafe UnsafeRawPointer(name)
    unsafe base.storeBytes(
      of: source.loadUnaligned(as: SIMD16<UInt8>.self), toByteOffset: count, as: SIMD16<UInt8>.self)
    unsafe base.storeBytes(
      of: source.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self), toByteOffset: count &+ 16,
      as: SIMD16<UInt8>.self)
    count &+= length
  }

  @inline(__always)
  mutating func append(raw bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count)
    if let start = bytes.baseAddress { unsafe base.advanced(by: count).copyMemory(from: start, byteCount: bytes.count) }
    count += bytes.count
  }

  /// Counts bytes that were set behind the written ones.
  @inline(__always)
  mutating func advance(to count: Int) { self.count = count }

  /// Removes the bytes from `start` on.
  @inline(__always)
  mutating func remove(from start: Int) { count = start }

  /// Closes a list or an object whose elements were written with a comma before each since `start`.
  @inline(__always)
  mutating func close(from start: Int, _ opening: Unicode.Scalar, _ closing: Unicode.Scalar) {
    reserve(2)
    if count == start { count &+= 1 }
    set(UInt8(ascii: opening), at: start)
    append(reserved: UInt8(ascii: closing))
  }
}
