internal import TelemetryCore

/// Parses JSON (RFC 8259) within limits. For any bytes, a call returns a value or throws.
struct JSONParser {
  private let text: [UInt8]
  private var position = 0
  private var depthLeft: Int
  private var valuesLeft: Int

  /// Parses a text that consists of one value.
  static func parse(_ text: [UInt8], maxDepth: Int, maxValues: Int) throws(JSONError) -> JSONValue {
    var parser = JSONParser(text: text, depthLeft: maxDepth, valuesLeft: maxValues)
    parser.skipBlanks()
    let value = try parser.value()
    parser.skipBlanks()
    guard parser.position == text.count else { throw parser.error("unexpected text after the JSON value") }
    return value
  }

  private init(text: [UInt8], depthLeft: Int, valuesLeft: Int) {
    self.text = text
    self.depthLeft = depthLeft
    self.valuesLeft = valuesLeft
  }

  private func error(_ reason: String) -> JSONError { JSONError(reason, at: position) }

  private var next: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: byte) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    valuesLeft -= 1
    guard valuesLeft >= 0 else { throw error("too many values") }
    let start = position
    let content: JSONValue.Content
    switch next {
    case UInt8(ascii: "{"):
      content = .object(try list(until: "}") { (parser) throws(JSONError) in try parser.member() })
    case UInt8(ascii: "["): content = .array(try list(until: "]") { (parser) throws(JSONError) in try parser.value() })
    case UInt8(ascii: "\""): content = .string(try string())
    case UInt8(ascii: "t"): content = try word("true", .bool(true))
    case UInt8(ascii: "f"): content = try word("false", .bool(false))
    case UInt8(ascii: "n"): content = try word("null", .null)
    case nil: throw error("the text ends where a value is expected")
    case let byte?:
      guard byte == UInt8(ascii: "-") || byte.isASCIIDigit else { throw error("a value is expected") }
      content = .number(try number())
    }
    return JSONValue(offset: start, content: content)
  }

  /// Parses the elements of an array or the members of an object, from its opening bracket to `end`.
  private mutating func list<Element>(
    until end: Unicode.Scalar, _ element: (inout JSONParser) throws(JSONError) -> Element
  ) throws(JSONError) -> [Element] {
    guard depthLeft > 0 else { throw error("nested too deeply") }
    depthLeft -= 1
    defer { depthLeft += 1 }
    position += 1
    var elements: [Element] = []
    skipBlanks()
    if take(end) { return elements }
    repeat {
      skipBlanks()
      elements.append(try element(&self))
      skipBlanks()
    } while take(",")
    guard take(end) else { throw error("',' or '\(end)' is expected") }
    return elements
  }

  private mutating func member() throws(JSONError) -> JSONValue.Member {
    guard next == UInt8(ascii: "\"") else { throw error("a key in quotes is expected") }
    let key = try string()
    skipBlanks()
    guard take(":") else { throw error("':' is expected after a key") }
    skipBlanks()
    return JSONValue.Member(key: Self.lowerCamelCase(key), value: try value())
  }

  /// Converts a field's protobuf name to its JSON name: `scope_spans` becomes `scopeSpans`. All keys of OTLP's JSON are
  /// names of fields; names that users choose are values.
  private static func lowerCamelCase(_ key: String) -> String {
    let underscore = UInt8(ascii: "_")
    guard key.utf8.contains(underscore), key.utf8.first != underscore else { return key }
    let words = key.split(separator: "_")
    return words.dropFirst().reduce(into: String(words.first ?? "")) { name, word in
      name += word.prefix(1).uppercased() + word.dropFirst()
    }
  }

  private mutating func word(_ word: StaticString, _ content: JSONValue.Content) throws(JSONError) -> JSONValue.Content
  {
    let count = word.utf8CodeUnitCount
    let matches = text.count - position >= count && text[position..<position + count].elementsEqual("\(word)".utf8)
    guard matches else { throw error("a value is expected") }
    position += count
    return content
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) -> String {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = next, byte.isASCIIDigit { position += 1 }
    if position == start { throw error("a digit is expected") }
  }

  // MARK: Strings

  private mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var bytes: [UInt8] = []
    while true {
      let plain = position
      while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
      bytes += text[plain..<position]
      guard let byte = next else { throw JSONError("a string without an end", at: start) }
      guard byte >= 0x20 else { throw error("a control character in a string must be escaped") }
      position += 1
      if byte == UInt8(ascii: "\"") { break }
      try escape(&bytes)
    }
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw JSONError("a string is not valid UTF-8", at: start)
    }
    return string
  }

  private mutating func escape(_ bytes: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw error("a string without an end") }
    position += 1
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": bytes.append(byte)
    case "b": bytes.append(0x08)
    case "f": bytes.append(0x0C)
    case "n": bytes.append(0x0A)
    case "r": bytes.append(0x0D)
    case "t": bytes.append(0x09)
    case "u": bytes += try scalar().utf8
    default:
      position -= 1
      throw error("an unknown escape in a string")
    }
  }

  /// Half of a surrogate pair becomes U+FFFD. Text that was truncated in UTF-16 ends with one.
  private mutating func scalar() throws(JSONError) -> Character {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return Character(scalar) }
    let afterFirst = position
    if (0xD800..<0xDC00).contains(first), take("\\"), take("u") {
      let second = try fourHexDigits()
      if (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return Character(scalar)
      }
    }
    // The following bytes may be an escape of their own.
    position = afterFirst
    return "\u{FFFD}"
  }

  private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    guard text.count - position >= 4 else { throw error("a string without an end") }
    var value: UInt32 = 0
    for byte in text[position..<position + 4] {
      guard let digit = byte.hexadecimalDigit else {
        throw error("four hexadecimal digits are expected")
      }
      value = value << 4 | UInt32(digit)
    }
    position += 4
    return value
  }
}
