internal import TelemetryCore

private let quote = UInt8(ascii: "\"")

extension JSONOutput {
  // MARK: Numbers

  mutating func decimal(_ value: UInt64) {
    reserve(48)
    guard value >= 10 else { return append(reserved: UInt8(truncatingIfNeeded: value) | 0x30) }
    // From the last digit to the first, at the end of 20 bytes, which are then moved to the front.
    var position = count + 20
    var rest = value
    while rest >= 100 {
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      position -= 2
      set(pair: Self.digits(pair), at: position)
      rest = quotient
    }
    position -= 2
    set(pair: Self.digits(rest), at: position)
    if rest < 10 { position += 1 }
    move(to: count, from: position)
    advance(to: count + (count + 20 - position))
  }

  /// Two digits, the first in the low byte.
  @inline(__always)
  private static func digits(_ pair: UInt64) -> UInt16 {
    let tens = (pair &* 103) >> 10
    let ones = pair &- tens &* 10
    return UInt16(truncatingIfNeeded: tens | ones << 8) | 0x3030
  }

  mutating func decimal(_ value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    decimal(value.magnitude)
  }

  /// An integer of 64 bits, as a string (3.3.6).
  mutating func quoted(_ value: UInt64) {
    append(quote)
    decimal(value)
    append(quote)
  }

  mutating func quoted(_ value: Int64) {
    append(quote)
    decimal(value)
    append(quote)
  }

  /// A number, or a string for a value that JSON has no number for (3.3.8).
  mutating func double(_ value: Double) {
    if value.isNaN {
      append("\"NaN\"")
    } else if value.isInfinite {
      append(value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
    } else {
      var text = value.description
      text.withUTF8 { bytes in unsafe append(raw: UnsafeRawBufferPointer(bytes)) }
    }
  }

  // MARK: Bytes

  /// The bytes in hexadecimal digits, in quotation marks.
  mutating func hexadecimal(_ bytes: UnsafeRawBufferPointer) {
    reserve(2 * bytes.count + 2)
    append(reserved: quote)
    for index in 0..<bytes.count {
      let byte = unsafe bytes[index]
      append(reserved: Self.hexadecimalDigit(byte >> 4))
      append(reserved: Self.hexadecimalDigit(byte & 15))
    }
    append(reserved: quote)
  }

  @inline(__always)
  private static func hexadecimalDigit(_ value: UInt8) -> UInt8 { value + (value < 10 ? 0x30 : 0x57) }

  /// The bytes in base64, in quotation marks.
  mutating func base64(_ bytes: UnsafeRawBufferPointer) {
    var text: [UInt8] = []
    unsafe Base64.encode(Array(bytes), into: &text)
    append(quote)
    unsafe text.withUnsafeBytes { unsafe append(raw: $0) }
    append(quote)
  }

  // MARK: Text

  /// A text in quotation marks, escaped as Python's `json` does it.
  ///
  /// - Returns: False if the bytes are not UTF-8.
  mutating func string(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // Eight bytes more, since a copy writes whole words.
    reserve(bytes.count + 10)
    append(reserved: quote)
    var position = 0
    while true {
      position = unsafe copyPlain(bytes, from: position)
      guard position < bytes.count else { break }
      let byte = unsafe bytes[position]
      // An escape takes up to five bytes more.
      reserve(bytes.count - position + 16)
      if byte < 0x80 {
        escape(byte)
        position += 1
        reserve(bytes.count - position + 10)
      } else {
        guard let length = unsafe UTF8Sequence.count(in: bytes, at: position) else { return false }
        unsafe append(raw: UnsafeRawBufferPointer(rebasing: bytes[position..<position + length]))
        position += length
      }
    }
    append(quote)
    return true
  }

  /// Copies the bytes from `start` on that are ASCII and need no escape.
  ///
  /// - Returns: The position of the first other one.
  @inline(__always)
  private mutating func copyPlain(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var position = start
    while position + 8 <= bytes.count {
      let word = UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      append(word: word)
      let special = Self.special(word)
      guard special == 0 else {
        let plain = special.trailingZeroBitCount / 8
        advance(to: count + plain)
        return position + plain
      }
      advance(to: count + 8)
      position += 8
    }
    let left = bytes.count - position
    guard left > 0, bytes.count >= 8 else {
      while position < bytes.count, case let byte = unsafe bytes[position], Self.isPlain(byte) {
        append(reserved: byte)
        position += 1
      }
      return position
    }
    // The last bytes, as the end of a word that overlaps with the one before.
    let last = UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
    let word = last >> UInt64(8 * (8 - left))
    append(word: word)
    // The bytes behind are zeros, which count as special.
    let plain = min(left, Self.special(word).trailingZeroBitCount / 8)
    advance(to: count + plain)
    return position + plain
  }

  @inline(__always)
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x80 && byte != quote && byte != UInt8(ascii: "\\")
  }

  /// The high bit of the lowest byte that is not plain is set, and no lower one. Higher ones may be wrong.
  @inline(__always)
  private static func special(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5C)
    let controls = (word &- ones &* 0x20) & ~word
    return (controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | word) & high
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case quote: append("\\\"")
    case UInt8(ascii: "\\"): append("\\\\")
    case 0x08: append("\\b")
    case 0x09: append("\\t")
    case 0x0A: append("\\n")
    case 0x0C: append("\\f")
    case 0x0D: append("\\r")
    default:
      append("\\u00")
      append(Self.hexadecimalDigit(byte >> 4))
      append(Self.hexadecimalDigit(byte & 15))
    }
  }
}
