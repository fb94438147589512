/// The rows of a table, in the format of PostgreSQL's binary COPY: the number of fields, then each field's length (-1 for
/// NULL) and bytes, all integers big-endian. A JSON field begins with the version of `jsonb`'s form, 1.
///
/// Memory of its own instead of an array: a row has a hundred small pieces, and an array checks its reference for each.
@safe
struct RowBuffer: ~Copyable {
  private static let leastCapacity = 4096

  // SAFETY: owned. The first `byteCount` of `capacity` bytes are written.
  private var base: UnsafeMutableRawPointer?
  private var capacity = 0
  private(set) var byteCount = 0
  private(set) var count = 0
  /// True once a text was changed: the database's text has no place for U+0000.
  var isInexact = false

  init() { unsafe base = nil }

  deinit { unsafe base?.deallocate() }

  /// The bytes of all rows; valid until the next change.
  var raw: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: byteCount) }

  mutating func beginRow(_ table: DatabaseTable) {
    count += 1
    integer(Int16(table.columnCount))
  }

  // MARK: Fields

  mutating func null() { integer(-1 as Int32) }

  mutating func int32(_ value: Int32) {
    integer(4 as Int32)
    integer(value)
  }

  mutating func int64(_ value: Int64) {
    integer(8 as Int32)
    integer(value)
  }

  mutating func int64(_ value: UInt64) { int64(Int64(bitPattern: value)) }

  mutating func bytes(_ value: MessageBytes) {
    integer(Int32(clamping: value.count))
    unsafe append(value.raw)
  }

  mutating func bytes(_ value: [UInt8]) {
    integer(Int32(clamping: value.count))
    append(contentsOf: value)
  }

  /// A NULL for no bytes.
  mutating func bytesOrNull(_ value: MessageBytes) { if value.isEmpty { null() } else { bytes(value) } }

  mutating func text(_ value: MessageBytes) {
    guard unsafe value.raw.contains(0) else { return bytes(value) }
    let start = beginField()
    for index in 0..<value.count { appendTextByte(unsafe value.raw[index]) }
    endField(start)
  }

  private mutating func appendTextByte(_ byte: UInt8) {
    guard byte == 0 else { return append(byte) }
    isInexact = true
    append("\u{FFFD}")
  }

  /// Begins a field whose length isn't known yet.
  /// - Returns: The value for ``endField(_:)``.
  mutating func beginField() -> Int {
    integer(0 as Int32)
    return byteCount
  }

  mutating func endField(_ start: Int) {
    let length = UInt32(byteCount - start).bigEndian
    unsafe base?.storeBytes(of: length, toByteOffset: start - 4, as: UInt32.self)
  }

  mutating func beginJSON() -> Int {
    let start = beginField()
    append(1)
    return start
  }

  // MARK: Content

  mutating func append(_ byte: UInt8) {
    unsafe room(1).storeBytes(of: byte, as: UInt8.self)
    byteCount += 1
  }

  mutating func append(_ text: StaticString) {
    unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(contentsOf more: [UInt8]) { unsafe more.withUnsafeBytes { bytes in unsafe append(bytes) } }

  mutating func append(decimal value: Int64) {
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)  // Room for a sign and 19 digits.
    unsafe withUnsafeMutableBytes(of: &digits) { digits in
      var position = digits.count
      var rest = value.magnitude
      repeat {
        position -= 1
        unsafe digits[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      if value < 0 {
        position -= 1
        unsafe digits[position] = UInt8(ascii: "-")
      }
      unsafe append(UnsafeRawBufferPointer(rebasing: digits[position...]))
    }
  }

  /// Appends text that the callers make now and then.
  mutating func append(made text: String) { append(contentsOf: Array(text.utf8)) }

  @unsafe
  mutating func append(_ raw: UnsafeRawBufferPointer) {
    guard let start = raw.baseAddress else { return }
    unsafe room(raw.count).copyMemory(from: start, byteCount: raw.count)
    byteCount += raw.count
  }

  private mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    unsafe room(MemoryLayout<Value>.size).storeBytes(of: value.bigEndian, as: Value.self)
    byteCount += MemoryLayout<Value>.size
  }

  /// The place of the next bytes.
  @unsafe
  private mutating func room(_ more: Int) -> UnsafeMutableRawPointer {
    if let base = unsafe base, more <= capacity - byteCount { return unsafe base + byteCount }
    return unsafe grown(more)
  }

  @inline(never) @unsafe
  private mutating func grown(_ more: Int) -> UnsafeMutableRawPointer {
    capacity = max(capacity * 2, byteCount + more, Self.leastCapacity)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    if let base = unsafe base {
      unsafe larger.copyMemory(from: base, byteCount: byteCount)
      unsafe base.deallocate()
    }
    unsafe base = larger
    return unsafe larger + byteCount
  }
}
