/// The rows of a table, in the format of PostgreSQL's binary COPY: the number of fields, then each field's length (-1 for
/// NULL) and bytes, all integers big-endian. A JSON field begins with the version of `jsonb`'s form, 1.
struct RowBuffer {
  private(set) var bytes: [UInt8] = []
  private(set) var count = 0
  /// True once a text was changed: the database's text has no place for U+0000.
  var isInexact = false

  mutating func beginRow(_ table: DatabaseTable) {
    count += 1
    integer(Int16(table.columns.count))
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
    unsafe bytes.append(contentsOf: value.raw)
  }

  mutating func bytes(_ value: [UInt8]) {
    integer(Int32(clamping: value.count))
    bytes.append(contentsOf: value)
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
    guard byte == 0 else { return bytes.append(byte) }
    isInexact = true
    bytes.append(contentsOf: "\u{FFFD}".utf8)
  }

  /// Begins a field whose length isn't known yet.
  /// - Returns: The value for ``endField(_:)``.
  mutating func beginField() -> Int {
    integer(0 as Int32)
    return bytes.count
  }

  mutating func endField(_ start: Int) {
    let length = UInt32(bytes.count - start)
    for index in 0..<4 { bytes[start - 4 + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
  }

  mutating func beginJSON() -> Int {
    let start = beginField()
    bytes.append(1)
    return start
  }

  // MARK: Content

  mutating func append(_ byte: Unicode.Scalar) { bytes.append(UInt8(ascii: byte)) }
  mutating func append(_ text: some StringProtocol) { bytes.append(contentsOf: text.utf8) }
  mutating func append(contentsOf more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  @unsafe
  mutating func append(_ raw: UnsafeRawBufferPointer) { unsafe bytes.append(contentsOf: raw) }

  private mutating func integer(_ value: some FixedWidthInteger) {
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
  }
}
