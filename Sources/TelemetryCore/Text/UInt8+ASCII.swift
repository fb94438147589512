/// Classes of ASCII characters. Inlinable, since parsers ask for each byte.
extension UInt8 {
  /// True for `0` to `9`.
  @inlinable package var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }

  /// True for `a` to `z` and `A` to `Z`.
  @inlinable package var isASCIILetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

  /// True for a letter, a digit and the characters of `others`.
  @inlinable package func isASCIIAlphanumeric(or others: String) -> Bool {
    isASCIILetter || isASCIIDigit || others.utf8.contains(self)
  }

  /// True for the space and all visible characters.
  @inlinable package var isPrintableASCII: Bool { (0x20...0x7E).contains(self) }

  /// The value of a hexadecimal digit of either case; nil for any other character.
  @inlinable package var hexadecimalDigit: UInt8? {
    if isASCIIDigit { return self &- UInt8(ascii: "0") }
    let letter = (self | 0x20) &- UInt8(ascii: "a")
    return letter < 6 ? letter + 10 : nil
  }
}
