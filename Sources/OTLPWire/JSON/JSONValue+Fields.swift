internal import TelemetryCore
internal import TelemetrySDK

// Values by the rules of OTLP's JSON mapping (3.3). `name` is the field's name, for messages.
extension JSONValue {
  private func wrong(_ expected: String, _ name: String) -> JSONError {
    JSONError("\"\(name)\" must be \(expected), not \(kind)", at: offset)
  }

  /// The members that are not null: null means absent.
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

  /// An integer, as a number or a string (3.3.6). It may have a zero fraction or an exponent.
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

  /// An enum value, as an integer, which OTLP requires (3.3.3), or as a name, which protobuf's JSON uses. An unknown
  /// integer is the unspecified value.
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
    guard let bytes = Base64.decode(try string(name).utf8, acceptsURLSafe: true) else { throw wrong("base64", name) }
    return bytes
  }

  /// An id in hexadecimal digits of either case. An empty string is no id (3.3.1, 3.3.9).
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

  /// Mentions base64, which protobuf's JSON uses for ids, where OTLP's uses hexadecimal digits.
  private func notHexadecimal(_ text: String, bytes: Int, _ name: String) -> JSONError {
    let hint = Base64.decode(text.utf8)?.count == bytes ? ", which looks like base64" : ""
    return JSONError(
      "\"\(name)\" must be \(2 * bytes) hexadecimal digits, not \(Self.excerpt(text))\(hint)", at: offset)
  }

  /// False for a leading plus, and for the names and hexadecimal numbers that Swift's `Double` parses.
  private func isPlainNumber(_ text: String) -> Bool {
    text.utf8.first != UInt8(ascii: "+")
      && text.utf8.allSatisfy { $0.isASCIIDigit || "+-.eE".utf8.contains($0) }
  }

  private static func excerpt(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(40).map { $0.value < 0x20 ? " " : String($0) }.joined()
    return "\"\(shown)\(text.unicodeScalars.count > 40 ? "…" : "")\""
  }
}
