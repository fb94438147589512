/// Percent-encoding (RFC 3986, 2.1).
package enum PercentEncoding {
  /// Encodes `%` and each byte for which `isPlain` returns false.
  package static func encode(_ text: String, keeping isPlain: (UInt8) -> Bool) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if byte != UInt8(ascii: "%"), isPlain(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Decodes the bytes; nil if a `%` begins no escape.
  package static func bytes(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst()?.hexadecimalDigit, let low = rest.popFirst()?.hexadecimalDigit else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  /// Decodes the text. A `%` that begins no escape stays as it is; bytes that aren't UTF-8 become U+FFFD.
  package static func text(_ text: Substring) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    return self.text(of: text.utf8)
  }

  /// Decodes the text of encoded bytes, as ``text(_:)`` does with characters.
  package static func text(of encoded: some Collection<UInt8>) -> String {
    var bytes: [UInt8] = []
    var rest = encoded[...]
    while let byte = rest.popFirst() {
      let escape = Array(rest.prefix(2))
      if byte == UInt8(ascii: "%"), escape.count == 2, let high = escape[0].hexadecimalDigit,
        let low = escape[1].hexadecimalDigit
      {
        bytes.append(high << 4 | low)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
