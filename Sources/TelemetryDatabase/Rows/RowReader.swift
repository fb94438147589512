/// Walks over the fields of rows in a ``RowSet``.
@safe
struct RowReader {
  // SAFETY: used within the call that was given the bytes.
  private let bytes: UnsafeRawBufferPointer
  private(set) var position: Int

  @unsafe
  init(_ bytes: UnsafeRawBufferPointer, from position: Int) {
    unsafe self.bytes = bytes
    self.position = position
  }

  /// Begins a row.
  /// - Returns: The number of its fields.
  mutating func beginRow() -> Int { Int(load(Int16.self)) }

  /// The next field's bytes; nil for NULL.
  @unsafe
  mutating func field() -> UnsafeRawBufferPointer? {
    let count = Int(load(Int32.self))
    guard count >= 0 else { return nil }
    defer { position += count }
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// Passes fields, such as those of a key.
  /// - Returns: The place of their lengths and bytes.
  mutating func skipFields(_ count: Int) -> Range<Int> {
    let start = position
    for _ in 0..<count { _ = unsafe field() }
    return start..<position
  }

  /// True if fields at two places are the same.
  func areEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    unsafe UnsafeRawBufferPointer(rebasing: bytes[left]).elementsEqual(UnsafeRawBufferPointer(rebasing: bytes[right]))
  }

  private mutating func load<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) -> Value {
    defer { position += MemoryLayout<Value>.size }
    return Value(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
  }
}
