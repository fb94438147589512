/// Hexadecimal digits: read in either case, written in lower case.
package enum Hexadecimal {
  /// The number that the digits write; nil if there is any other character. Of more than 16 digits the last 16 count.
  package static func number(_ digits: some Sequence<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for byte in digits {
      guard let digit = byte.hexadecimalDigit else { return nil }
      number = number << 4 | UInt64(digit)
    }
    return number
  }

  /// The number in 16 digits.
  package static func text(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }

  /// The bytes in two digits each.
  package static func text(of bytes: some Sequence<UInt8>) -> String {
    bytes.reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
  }
}
