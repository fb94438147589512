internal import TelemetrySDK

// Values by the rules of OTLP's JSON mapping (RULES 3.3). `name` is the field's, for messages.
extension JSONValue {
  private func wrong(_ expected: String, _ name: String) -> JSONError {
    JSONError("\"\(name)\" must be \(expected), not \(kind)", at: offset)
  }

  /// The members that are there: null stands for an absent one.
  func members(_ name: String) throws(JSONError) -> [Member] {
    guard case .object(let members) = content else { throw wrong("an object", name) }
    return members.filter {
      if case .null = $0.value.content { false } else { true }
    }
  }

  func elements(_ name: String) throws(JSONError) -> [JSONValue] {
    guard case .array(let elements) = content else { throw wrong("an array", name) }
    return elements
  }

  func string(_ name: String) throws(JSONError) -> String {
    guard case .string(let text) = content else { throw wrong("a string", name) }
    return text
  }

  func bool(_ name: String) throws(JSONError) -> Bool {
    guard case .bool(let value) = content else { throw wrong("true or false", name) }
    return value
  }

  /// A number or a string (3.3.6); a fraction of zero and an exponent are allowed as long as the value is an integer.
  func integer<Value: FixedWidthInteger>(_ name: String, as: Value.Type = Value.self) throws(JSONError) -> Value {
    let text: String
    switch content {
    case .number(let number), .string(let number): text = number
    default: throw wrong("an integer", name)
    }
    if isPlainNumber(text), let value = Value(text) { return value }
    if let number = Double(text), let value = Value(exactly: number), isPlainNumber(text) { return value }
    throw JSONError(
      "\"\(name)\" must be an integer from \(Value.min) to \(Value.max), not \(Self.excerpt(text))", at: offset)
  }

  /// An enum: an integer, as OTLP demands (3.3.3), or the name of a value, as protobuf's own JSON has it. An integer that
  /// isn't known counts as the unspecified value.
  func enumeration(_ name: String, _ names: [String]) throws(JSONError) -> UInt8 {
    guard case .string(let text) = content, !isPlainNumber(text) || text.isEmpty else {
      return UInt8(clamping: try integer(name, as: Int32.self))
    }
    guard let index = names.firstIndex(of: text) else {
      throw JSONError(
        "\"\(name)\" must be an integer or one of \(names.joined(separator: ", ")), not \(Self.excerpt(text))",
        at: offset)
    }
    return UInt8(index)
  }

  func double(_ name: String) throws(JSONError) -> Double {
    switch content {
    case .number(let text):
      if let value = Double(text), value.isFinite { return value }
    case .string("NaN"): return .nan
    case .string("Infinity"): return .infinity
    case .string("-Infinity"): return -.infinity
    case .string(let text):
      if isPlainNumber(text), let value = Double(text), value.isFinite { return value }
    default: break
    }
    throw wrong("a number, \"NaN\", \"Infinity\" or \"-Infinity\"", name)
  }

  /// Standard or URL-safe base64, with or without padding.
  func base64(_ name: String) throws(JSONError) -> [UInt8] {
    guard let bytes = Base64.decode(try string(name)) else { throw wrong("base64", name) }
    return bytes
  }

  /// Hexadecimal of either case; empty for none (3.3.1, 3.3.9).
  func traceID(_ name: String) throws(JSONError) -> TraceID {
    let text = try string(name)
    if text.isEmpty { return .invalid }
    guard let id = TraceID(hex: text) else { throw notHexadecimal(text, bytes: 16, name) }
    return id
  }

  func spanID(_ name: String) throws(JSONError) -> SpanID {
    let text = try string(name)
    if text.isEmpty { return .invalid }
    guard let id = SpanID(hex: text) else { throw notHexadecimal(text, bytes: 8, name) }
    return id
  }

  /// Names base64, which is what protobuf's own JSON has for ids: OTLP's has hexadecimal digits.
  private func notHexadecimal(_ text: String, bytes: Int, _ name: String) -> JSONError {
    let hint = Base64.decode(text)?.count == bytes ? ", which looks like base64" : ""
    return JSONError(
      "\"\(name)\" must be \(2 * bytes) hexadecimal digits, not \(Self.excerpt(text))\(hint)", at: offset)
  }

  /// Without a leading plus, and without the names and hexadecimal forms that Swift's `Double` reads too.
  private func isPlainNumber(_ text: String) -> Bool {
    text.utf8.first != UInt8(ascii: "+")
      && text.utf8.allSatisfy { byte in
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || "+-.eE".utf8.contains(byte)
      }
  }

  private static func excerpt(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(40).map { $0.value < 0x20 ? " " : String($0) }.joined()
    return "\"\(shown)\(text.unicodeScalars.count > 40 ? "…" : "")\""
  }
}

/// Base64 (RFC 4648).
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// With padding.
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

  static func decode(_ text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    let isPadded = digits.last == UInt8(ascii: "=")
    if isPadded, digits.count % 4 != 0 { return nil }
    for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
    guard digits.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count * 3 / 4)
    var (bits, bitCount): (UInt32, UInt32) = (0, 0)
    for digit in digits {
      guard let value = value(digit) else { return nil }
      bits = bits << 6 | value
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
      }
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt32? {
    switch Unicode.Scalar(digit) {
    case "A"..."Z": UInt32(digit - UInt8(ascii: "A"))
    case "a"..."z": UInt32(digit - UInt8(ascii: "a")) + 26
    case "0"..."9": UInt32(digit - UInt8(ascii: "0")) + 52
    case "+", "-": 62
    case "/", "_": 63
    default: nil
    }
  }
}
