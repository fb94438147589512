internal import TelemetryCore

/// The bytes of a protobuf message while it is written from the front. The length before a nested message is known only
/// at its end, so the lengths are kept aside and inserted when everything is written.
struct ProtobufOutput {
  /// A nested message that is being written.
  struct Mark {
    fileprivate let index: Int
    fileprivate let lengthsBefore: Int
  }

  private var bytes: [UInt8] = []
  /// Where a length belongs in `bytes`, in rising order, and the length.
  private var lengths: [(position: Int, length: Int)] = []
  /// The sizes of all lengths that are known.
  private var lengthBytes = 0

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func begin(_ number: UInt32) -> Mark {
    tag(number, 2)
    let mark = Mark(index: lengths.count, lengthsBefore: lengthBytes)
    lengths.append((bytes.count, 0))
    return mark
  }

  mutating func end(_ mark: Mark) {
    let length = bytes.count - lengths[mark.index].position + lengthBytes - mark.lengthsBefore
    lengths[mark.index].length = length
    lengthBytes += Self.size(UInt64(length))
  }

  mutating func tag(_ number: UInt32, _ wireType: UInt32) { varint(UInt64(number << 3 | wireType)) }

  mutating func varint(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: value))
  }

  mutating func fixed<Value: FixedWidthInteger>(_ value: Value) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func delimited(_ content: UnsafeRawBufferPointer) {
    varint(UInt64(content.count))
    unsafe bytes.append(contentsOf: content)
  }

  /// Writes the bytes that hexadecimal digits are.
  /// - Returns: False if one is no digit; nothing was written then.
  mutating func delimited(hexadecimal digits: UnsafeRawBufferPointer) -> Bool {
    let before = bytes.count
    varint(UInt64(digits.count / 2))
    for index in stride(from: 0, to: digits.count - 1, by: 2) {
      guard let high = unsafe digits[index].hexadecimalDigit, let low = unsafe digits[index + 1].hexadecimalDigit else {
        bytes.removeLast(bytes.count - before)
        return false
      }
      bytes.append(high << 4 | low)
    }
    return true
  }

  mutating func delimited(_ content: [UInt8]) {
    varint(UInt64(content.count))
    bytes += content
  }

  /// The whole message.
  func finish() -> [UInt8] {
    var whole = ProtobufOutput(capacity: bytes.count + lengthBytes)
    var start = 0
    for (position, length) in lengths {
      whole.bytes += bytes[start..<position]
      whole.varint(UInt64(length))
      start = position
    }
    whole.bytes += bytes[start...]
    return whole.bytes
  }

  private static func size(_ value: UInt64) -> Int { (70 - (value | 1).leadingZeroBitCount) / 7 }
}
