internal import TelemetryCore

private let quote = UInt8(ascii: "\"")

extension JSONOutput {
  // MARK: Numbers

  mutating func decimal(_ value: UInt64) {
    reserve(32)
    if value < 10 { return append(reserved: UInt8(truncatingIfNeeded: value) | 0x30) }
    if value < 100_000_000 { return leading(value) }
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    if high < 100_000_000 {
      leading(high)
    } else {
      let (highest, middle) = high.quotientAndRemainder(dividingBy: 100_000_000)
      leading(highest)
      set(word: Self.eightDigits(middle) | Self.zeros)
      advance(to: count &+ 8)
    }
    set(word: Self.eightDigits(low) | Self.zeros)
    advance(to: count &+ 8)
  }

  /// Writes a number from 1 to 99,999,999 without zeros in front.
  @inline(__always)
  private mutating func leading(_ value: UInt64) {
    let digits = Self.eightDigits(value)
    let zeros = digits.trailingZeroBitCount / 8
    set(word: (digits | Self.zeros) &>> UInt64(8 &* zeros))
    advance(to: count &+ 8 &- zeros)
  }

  private static var zeros: UInt64 { 0x3030_3030_3030_3030 }

  /// The values of the eight digits of a number below 10^8, a byte each, the first in the lowest. Each step halves all groups of
  /// digits at once: a quotient by 100 or 10 is a product and a shift, exact for numbers this small.
  @inline(__always)
  private static func eightDigits(_ value: UInt64) -> UInt64 {
    let thousands = value / 10_000
    let fours = thousands | (value &- thousands &* 10_000) << 32
    let hundreds = ((fours &* 10_486) >> 20) & 0x0000_007F_0000_007F
    let twos = hundreds | (fours &- hundreds &* 100) << 16
    let tens = ((twos &* 103) >> 10) & 0x000F_000F_000F_000F
    return tens | (twos &- tens &* 10) << 8
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
    reserve(2 &* bytes.count &+ 2)
    append(reserved: quote)
    var position = 0
    while position &+ 4 <= bytes.count {
      let four = unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
      set(word: Self.hexadecimalDigits(UInt32(littleEndian: four)))
      advance(to: count &+ 8)
      position &+= 4
    }
    while position < bytes.count {
      let byte = unsafe bytes[position]
      append(reserved: Self.hexadecimalDigit(byte >> 4))
      append(reserved: Self.hexadecimalDigit(byte & 15))
      position &+= 1
    }
    append(reserved: quote)
  }

  /// The eight digits of four bytes. The first byte and its first digit are in the low ends.
  @inline(__always)
  private static func hexadecimalDigits(_ bytes: UInt32) -> UInt64 {
    var spread = UInt64(bytes)
    spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
    spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
    let digits = (spread >> 4 | spread << 8) & 0x0F0F_0F0F_0F0F_0F0F
    // 1 in each byte that is a letter.
    let letters = ((digits &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    return digits &+ zeros &+ letters &* 0x27
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
  @inline(__always)
  mutating func string(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // The marks, and seven bytes that the last word has too many.
    reserve(bytes.count &+ 9)
    set(quote, at: count)
    let plain = unsafe copyPlain(bytes, from: 0, behind: 1)
    advance(to: count &+ 1 &+ plain)
    guard plain == bytes.count else { return unsafe escaped(bytes, from: plain) }
    append(reserved: quote)
    return true
  }

  /// Writes the rest of a text from its first byte on that is not ASCII, or needs an escape.
  @inline(never)
  private mutating func escaped(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Bool {
    var position = start
    while position < bytes.count {
      let byte = unsafe bytes[position]
      // An escape takes up to six bytes.
      reserve(bytes.count &- position &+ 16)
      if byte < 0x80 {
        escape(byte)
        position &+= 1
      } else {
        guard let length = unsafe UTF8Sequence.count(in: bytes, at: position) else { return false }
        for _ in 0..<length {
          append(reserved: unsafe bytes[position])
          position &+= 1
        }
      }
      let plain = unsafe copyPlain(bytes, from: position, behind: 0)
      advance(to: count &+ plain)
      position &+= plain
    }
    append(quote)
    return true
  }

  /// Copies the bytes from `start` on that are ASCII and need no escape, without counting them. Whole words are written, so
  /// there must be room for seven bytes more.
  ///
  /// - Returns: Their number.
  @inline(__always)
  private mutating func copyPlain(_ bytes: UnsafeRawBufferPointer, from start: Int, behind offset: Int) -> Int {
    let length = bytes.count &- start
    guard length > 0, let first = bytes.baseAddress else { return 0 }
    let source = unsafe first + start
    var position = 0
    while position &+ 8 <= length {
      let word = UInt64(littleEndian: unsafe source.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      set(word: word, behind: position &+ offset)
      let special = PlainText.special(word)
      if special != 0 { return position &+ special.trailingZeroBitCount / 8 }
      position &+= 8
    }
    let left = length &- position
    if left == 0 { return position }
    let word = unsafe Self.end(of: source, length, left: left)
    set(word: word, behind: position &+ offset)
    // The bytes behind are zeros, which count as special.
    return position &+ min(left, PlainText.special(word).trailingZeroBitCount / 8)
  }

  /// The last 1 to 7 bytes of a text, in the low end of a word of zeros.
  @inline(__always)
  private static func end(of source: UnsafeRawPointer, _ length: Int, left: Int) -> UInt64 {
    // Loads that overlap read nothing behind the text.
    if length >= 8 {
      let last = UInt64(littleEndian: unsafe source.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self))
      return last &>> UInt64(8 &* (8 &- left))
    }
    if length >= 4 {
      let low = UInt32(littleEndian: unsafe source.loadUnaligned(as: UInt32.self))
      let high = UInt32(littleEndian: unsafe source.loadUnaligned(fromByteOffset: length &- 4, as: UInt32.self))
      return UInt64(low) | UInt64(high) &<< UInt64(8 &* (length &- 4))
    }
    let (middle, last) = (length / 2, length &- 1)
    let low = UInt64(unsafe source.load(as: UInt8.self))
    return low | UInt64(unsafe source.load(fromByteOffset: middle, as: UInt8.self)) &<< UInt64(8 &* middle)
      | UInt64(unsafe source.load(fromByteOffset: last, as: UInt8.self)) &<< UInt64(8 &* last)
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
