/// The parts of header values that several propagators read and write.
enum HeaderText {
  /// The bytes without blanks and tabs around them (RFC 9110, 5.6.3).
  static func trimmed(_ bytes: Substring.UTF8View) -> Substring.UTF8View {
    guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
    else { return bytes[bytes.endIndex...] }
    return bytes[first...last]
  }

  static func trimmed(_ text: Substring) -> Substring { Substring(trimmed(text.utf8)) }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  static func isLowercaseOrDigit(_ byte: UInt8) -> Bool { byte.isASCIIDigit || byte &- UInt8(ascii: "a") < 26 }

  /// True if two names of headers are equal without regard to the case of ASCII letters.
  static func isSameName(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
    left.utf8.count == right.utf8.count
      && zip(left.utf8, right.utf8).allSatisfy { left, right in
        lowercase(left) == lowercase(right)
      }
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 { byte.isASCIILetter ? byte | 0x20 : byte }

  /// True if the text can be a header's name (RFC 9110, 5.6.2).
  static func isToken(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0.isASCIIAlphanumeric(or: "!#$%&'*+-.^_`|~") }
  }

  /// The number that 1 to `maxCount` hexadecimal digits of either case give.
  static func hexadecimal(_ digits: some StringProtocol, maxCount: Int) -> UInt64? {
    (1...maxCount).contains(digits.utf8.count) ? Hexadecimal.number(digits.utf8) : nil
  }

  /// The text with every byte percent-encoded that a baggage value can't hold, `%`, and `+`, which the SDKs for Python and
  /// Erlang read as a blank: other bytes may be encoded too (W3C Baggage, value).
  static func percentEncoded(_ text: String) -> String {
    PercentEncoding.encode(text) { isBaggageOctet($0) && $0 != UInt8(ascii: "+") }
  }

  /// True if a baggage value may hold the byte: printable ASCII without blank, `"`, `,`, `;` and `\` (W3C Baggage,
  /// value).
  static func isBaggageOctet(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\\"): false
    default: (0x21...0x7E).contains(byte)
    }
  }
}
