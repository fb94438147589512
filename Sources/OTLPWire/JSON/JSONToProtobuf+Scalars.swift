internal import TelemetryCore

// Values by the rules of OTLP's JSON mapping (3.3). Each writes the value without its tag.
extension JSONToProtobuf {
  mutating func scalar(_ entry: TableField, _ kind: JSONKind, _ start: Int) throws(JSONError) {
    switch entry.kind {
    case .string: try string(entry, kind, start)
    case .bytes: try base64(entry, kind, start)
    case .traceID, .spanID: try identifier(entry, kind, start)
    case .bool:
      guard kind == .bool else { throw wrong("true or false", entry, kind, start) }
      output.varint(try reader.bool() ? 1 : 0)
    case .double: output.fixed(try double(entry, kind, start).bitPattern)
    case .fixed32: output.fixed(try integer(entry, kind, start, as: UInt32.self))
    case .fixed64: output.fixed(try integer(entry, kind, start, as: UInt64.self))
    case .sfixed64: output.fixed(try integer(entry, kind, start, as: Int64.self))
    case .int64: output.varint(UInt64(bitPattern: try integer(entry, kind, start)))
    case .uint64: output.varint(try integer(entry, kind, start))
    case .uint32: output.varint(UInt64(try integer(entry, kind, start, as: UInt32.self)))
    case .int32: output.varint(UInt64(bitPattern: Int64(try int32(entry, kind, start))))
    case .sint32:
      let number = try integer(entry, kind, start, as: Int32.self)
      output.varint(UInt64(UInt32(bitPattern: (number << 1) ^ (number >> 31))))
    case .message, .unknown: break
    }
  }

  // MARK: Text

  private func bytes(_ text: JSONReader.Text) -> [UInt8] {
    switch text {
    case .plain(let range): unsafe Array(reader.bytes(range))
    case .unescaped(let bytes): bytes
    }
  }

  private mutating func text(_ entry: TableField, _ kind: JSONKind, _ start: Int) throws(JSONError) -> [UInt8] {
    guard kind == .string else { throw wrong("a string", entry, kind, start) }
    return bytes(try reader.string())
  }

  private mutating func string(_ entry: TableField, _ kind: JSONKind, _ start: Int) throws(JSONError) {
    guard kind == .string else { throw wrong("a string", entry, kind, start) }
    switch try reader.string() {
    case .plain(let range): unsafe output.delimited(reader.bytes(range))
    case .unescaped(let bytes): output.delimited(bytes)
    }
  }

  /// Standard or URL-safe base64, with or without padding.
  private mutating func base64(_ entry: TableField, _ kind: JSONKind, _ start: Int) throws(JSONError) {
    guard let bytes = Base64.decode(try text(entry, kind, start), acceptsURLSafe: true) else {
      throw wrong("base64", entry, kind, start)
    }
    output.delimited(bytes)
  }

  /// An id in hexadecimal digits of either case. An empty string is no id (3.3.1, 3.3.9).
  private mutating func identifier(_ entry: TableField, _ kind: JSONKind, _ start: Int) throws(JSONError) {
    guard kind == .string else { throw wrong("a string", entry, kind, start) }
    let content = try reader.string()
    if case .plain(let range) = content, range.count == entry.idDigits,
      unsafe output.delimited(hexadecimal: reader.bytes(range))
    {
      return
    }
    let text = bytes(content)
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: text.count - 1, by: 2) {
      guard let high = text[index].hexadecimalDigit, let low = text[index + 1].hexadecimalDigit else { break }
      bytes.append(high << 4 | low)
    }
    guard text.isEmpty || text.count == entry.idDigits && bytes.count * 2 == text.count else {
      // Protobuf's JSON uses base64 for ids.
      let hint = Base64.decode(text)?.count == entry.idDigits / 2 ? ", which looks like base64" : ""
      throw JSONError(
        "\"\(table.nameText(entry))\" must be \(entry.idDigits) hexadecimal digits, not \(excerpt(text))\(hint)",
        at: start)
    }
    output.delimited(bytes)
  }

  // MARK: Numbers

  /// The digits of a number, or of a string that holds one.
  private mutating func numberText(
    _ expected: String, _ entry: TableField, _ kind: JSONKind, _ start: Int
  ) throws(JSONError) -> String {
    switch kind {
    case .number: return unsafe String(decoding: reader.bytes(try reader.number()), as: UTF8.self)
    case .string: return String(decoding: bytes(try reader.string()), as: UTF8.self)
    default: throw wrong(expected, entry, kind, start)
    }
  }

  /// An integer, as a number or a string (3.3.6). It may have a zero fraction or an exponent.
  private mutating func integer<Value: FixedWidthInteger>(
    _ entry: TableField, _ kind: JSONKind, _ start: Int, as: Value.Type = Value.self
  ) throws(JSONError) -> Value {
    if let value: Value = shortInteger(kind) { return value }
    return try value(of: try numberText("an integer", entry, kind, start), entry, start)
  }

  /// Reads the usual form of an integer: at most 19 digits, as a number or between quotation marks. nil for another form, of which
  /// nothing was read, and for a value out of range.
  private mutating func shortInteger<Value: FixedWidthInteger>(_ kind: JSONKind) -> Value? {
    guard kind == .string || kind == .number else { return nil }
    let first = kind == .string ? reader.position + 1 : reader.position
    guard let (number, end) = reader.digits(from: first), let value = Value(exactly: number) else { return nil }
    guard kind == .string else {
      reader.skip(to: end)
      return value
    }
    guard reader.has("\"", at: end) else { return nil }
    reader.skip(to: end + 1)
    return value
  }

  private func value<Value: FixedWidthInteger>(
    of text: String, _ entry: TableField, _ start: Int
  ) throws(JSONError) -> Value {
    if isPlainNumber(text) {
      if let value = Value(text) { return value }
      if let value: Value = exactInteger(text) { return value }
    }
    throw JSONError(
      "\"\(table.nameText(entry))\" must be an integer from \(Value.min) to \(Value.max), "
        + "not \(excerpt(Array(text.utf8)))", at: start)
  }

  /// The integer that a number with a fraction or an exponent is; nil for another number. A `Double` would round it beyond 2^53.
  private func exactInteger<Value: FixedWidthInteger>(_ text: String) -> Value? {
    guard Double(text) != nil else { return nil }
    let parts = text.split { $0 == "e" || $0 == "E" }
    let number = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = number.count > 1 ? number[1] : ""
    let sign = text.hasPrefix("-") ? "-" : ""
    var digits = (number[0].drop { $0 == "-" } + fraction).drop { $0 == "0" }
    guard !digits.isEmpty else { return 0 }
    guard let power = Int32(parts.count > 1 ? parts[1] : "0") else { return nil }
    var zeros = Int(power) - fraction.count
    while digits.last == "0" {
      digits.removeLast()
      zeros += 1
    }
    // No integer of 64 bits has more than 20 digits.
    guard zeros >= 0, zeros + digits.count <= 20 else { return nil }
    return Value(sign + digits + String(repeating: "0", count: zeros))
  }

  /// An integer, or the name of an enum's value, which protobuf's JSON uses instead of the number (3.3.3).
  private mutating func int32(_ entry: TableField, _ kind: JSONKind, _ start: Int) throws(JSONError) -> Int32 {
    if let value: Int32 = shortInteger(kind) { return value }
    let text = try numberText("an integer", entry, kind, start)
    guard kind == .string, entry.enumNames != .none, !isPlainNumber(text) || text.isEmpty else {
      return try value(of: text, entry, start)
    }
    let names = entry.enumNames.all
    guard let index = names.firstIndex(of: text) else {
      throw JSONError(
        "\"\(table.nameText(entry))\" must be an integer or one of \(names.joined(separator: ", ")), "
          + "not \(excerpt(Array(text.utf8)))", at: start)
    }
    return Int32(index)
  }

  private mutating func double(_ entry: TableField, _ kind: JSONKind, _ start: Int) throws(JSONError) -> Double {
    let expected = "a number, \"NaN\", \"Infinity\" or \"-Infinity\""
    let text = try numberText(expected, entry, kind, start)
    switch (kind, text) {
    case (.string, "NaN"): return .nan
    case (.string, "Infinity"): return .infinity
    case (.string, "-Infinity"): return -.infinity
    default:
      guard isPlainNumber(text), let value = Double(text) else { throw wrong(expected, entry, kind, start) }
      guard value.isFinite else {
        throw JSONError(
          "\"\(table.nameText(entry))\" is out of range: \(excerpt(Array(text.utf8))) is larger than any number of 64 bits",
          at: start)
      }
      return value
    }
  }

  /// False for a leading plus, and for the names and hexadecimal numbers that Swift's `Double` parses.
  private func isPlainNumber(_ text: String) -> Bool {
    text.utf8.first != UInt8(ascii: "+") && text.utf8.allSatisfy { $0.isASCIIDigit || "+-.eE".utf8.contains($0) }
  }

  private func excerpt(_ text: [UInt8]) -> String {
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    let shown = scalars.prefix(40).map { $0.value < 0x20 ? " " : String($0) }.joined()
    return "\"\(shown)\(scalars.count > 40 ? "…" : "")\""
  }
}
