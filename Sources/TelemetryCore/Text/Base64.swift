/// Base64 (RFC 4648, 4 and 5).
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Appends the bytes in the standard alphabet, with padding.
  package static func encode(_ bytes: [UInt8], into text: inout [UInt8]) {
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var group: UInt32 = 0
      for index in 0..<3 { group = group << 8 | (index < count ? UInt32(bytes[start + index]) : 0) }
      for index in 0..<4 {
        text.append(index <= count ? alphabet[Int(group >> UInt32(18 - 6 * index)) & 63] : UInt8(ascii: "="))
      }
    }
  }

  /// The bytes in the standard alphabet, with padding.
  package static func text(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    encode(bytes, into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads base64 with whole padding or none; nil for anything else.
  /// - Parameter acceptsURLSafe: Also reads the characters `-` and `_` of the URL-safe alphabet.
  package static func decode(_ text: some Collection<UInt8>, acceptsURLSafe: Bool = false) -> [UInt8]? {
    let digits = text.prefix { $0 != UInt8(ascii: "=") }
    let padding = text.dropFirst(digits.count)
    guard digits.count % 4 != 1, padding.allSatisfy({ $0 == UInt8(ascii: "=") }),
      padding.isEmpty || padding.count <= 2 && text.count % 4 == 0
    else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count * 3 / 4)
    var (bits, bitCount): (UInt32, UInt32) = (0, 0)
    for digit in digits {
      guard let value = value(digit, acceptsURLSafe) else { return nil }
      bits = bits << 6 | value
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
      }
    }
    return bytes
  }

  private static func value(_ digit: UInt8, _ acceptsURLSafe: Bool) -> UInt32? {
    switch Unicode.Scalar(digit) {
    case "A"..."Z": UInt32(digit - UInt8(ascii: "A"))
    case "a"..."z": UInt32(digit - UInt8(ascii: "a")) + 26
    case "0"..."9": UInt32(digit - UInt8(ascii: "0")) + 52
    case "+": 62
    case "/": 63
    case "-" where acceptsURLSafe: 62
    case "_" where acceptsURLSafe: 63
    default: nil
    }
  }
}
