/// The UTF-8 sequence of one scalar (RFC 3629, 4).
enum UTF8Sequence {
  /// The length of the sequence at `position`, or nil if it is not valid.
  static func count(in bytes: UnsafeRawBufferPointer, at position: Int) -> Int? {
    let first = unsafe bytes[position]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0..<0x80: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard bytes.count - position >= length, second.contains(unsafe bytes[position + 1]) else { return nil }
    for index in 2..<max(2, length) where unsafe bytes[position + index] & 0xC0 != 0x80 { return nil }
    return length
  }

  /// True if all bytes are valid UTF-8.
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var position = 0
    while position < bytes.count {
      if unsafe bytes[position] < 0x80 {
        position += 1
        continue
      }
      guard let length = unsafe count(in: bytes, at: position) else { return false }
      position += length
    }
    return true
  }
}
