internal import TelemetryCore

/// Reads the tokens of a JSON text (RFC 8259) within limits. For any bytes, a call returns or throws.
@safe
struct JSONReader {
  /// The content of a string: most have no escape, and are read where they are.
  enum Text {
    case plain(Range<Int>)
    case unescaped([UInt8])
  }

  private let text: UnsafeRawBufferPointer
  private let end: Int
  private(set) var position = 0
  private var depthLeft: Int
  private var valuesLeft: Int

  init(_ text: UnsafeRawBufferPointer, maxDepth: Int, maxValues: Int) {
    unsafe self.text = text
    end = text.count
    depthLeft = maxDepth
    valuesLeft = maxValues
  }

  @inline(__always)
  var next: UInt8? { position < end ? unsafe text[position] : nil }
  var isAtEnd: Bool { position == end }

  /// The bytes of a range.
  @unsafe
  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: text[range]) }

  func error(_ reason: String) -> JSONError { JSONError(reason, at: position) }

  mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: byte) else { return false }
    position += 1
    return true
  }

  /// The kind of the value that begins here, which is counted.
  mutating func beginValue() throws(JSONError) -> JSONKind {
    valuesLeft -= 1
    guard valuesLeft >= 0 else { throw error("too many values") }
    switch next {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case nil: throw error("the text ends where a value is expected")
    case let byte?:
      guard byte == UInt8(ascii: "-") || byte.isASCIIDigit else { throw error("a value is expected") }
      return .number
    }
  }

  // MARK: Lists

  /// Enters an object or an array, whose opening bracket is here.
  ///
  /// - Returns: False if it is empty, and left already.
  mutating func open(until end: Unicode.Scalar) throws(JSONError) -> Bool {
    guard depthLeft > 0 else { throw error("nested too deeply") }
    depthLeft -= 1
    position += 1
    skipBlanks()
    guard take(end) else { return true }
    depthLeft += 1
    return false
  }

  /// Goes on after an element.
  ///
  /// - Returns: False if it was the last.
  mutating func advance(until end: Unicode.Scalar) throws(JSONError) -> Bool {
    skipBlanks()
    if take(",") {
      skipBlanks()
      return true
    }
    guard take(end) else { throw error("',' or '\(end)' is expected") }
    depthLeft += 1
    return false
  }

  /// Reads a key and the colon behind it.
  mutating func key() throws(JSONError) -> Text {
    guard next == UInt8(ascii: "\"") else { throw error("a key in quotes is expected") }
    let key = try string()
    skipBlanks()
    guard take(":") else { throw error("':' is expected after a key") }
    skipBlanks()
    return key
  }

  // MARK: Scalars

  mutating func bool() throws(JSONError) -> Bool {
    if next == UInt8(ascii: "t") {
      try word("true")
      return true
    }
    try word("false")
    return false
  }

  mutating func null() throws(JSONError) { try word("null") }

  private mutating func word(_ word: StaticString) throws(JSONError) {
    let count = word.utf8CodeUnitCount
    guard end - position >= count else { throw error("a value is expected") }
    for index in 0..<count {
      guard unsafe text[position + index] == word.utf8Start[index] else { throw error("a value is expected") }
    }
    position += count
  }

  /// Reads a number, and returns its place.
  mutating func number() throws(JSONError) -> Range<Int> {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return start..<position
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = next, byte.isASCIIDigit { position += 1 }
    if position == start { throw error("a digit is expected") }
  }

  /// The number that 1 to 19 digits at `first` are, and their end, where no digit, point or exponent follows. A zero in front
  /// is no number of JSON's, but is for `number()` to refuse, so it has no value here.
  func digits(from first: Int) -> (value: UInt64, end: Int)? {
    var (value, index): (UInt64, Int) = (0, first)
    while index < end, case let digit = unsafe text[index] &- 0x30, digit < 10 {
      // Nineteen digits fit.
      guard index - first < 19 else { return nil }
      value = value &* 10 &+ UInt64(digit)
      index += 1
    }
    guard index > first, unsafe index == first + 1 || text[first] != 0x30 else { return nil }
    if index < end, case let byte = unsafe text[index] | 0x20, byte == UInt8(ascii: "e") || byte == UInt8(ascii: ".") {
      return nil
    }
    return (value, index)
  }

  /// True if this byte stands there.
  func has(_ byte: Unicode.Scalar, at position: Int) -> Bool {
    unsafe position < end && text[position] == UInt8(ascii: byte)
  }

  /// Goes on at a position that is known to be the end of a value.
  mutating func skip(to position: Int) { self.position = position }

  /// Skips a value, which is checked as if it was read.
  mutating func skipValue() throws(JSONError) {
    /// The ends of the open lists.
    var ends: [Unicode.Scalar] = []
    while true {
      var isOpen = false
      switch try beginValue() {
      case .object:
        isOpen = try open(until: "}")
        if isOpen { ends.append("}") }
      case .array:
        isOpen = try open(until: "]")
        if isOpen { ends.append("]") }
      case .string: _ = try string()
      case .number: _ = try number()
      case .bool: _ = try bool()
      case .null: try null()
      }
      while !isOpen, let end = ends.last {
        isOpen = try advance(until: end)
        if !isOpen { ends.removeLast() }
      }
      guard let end = ends.last else { return }
      if end == "}" { _ = try key() }
    }
  }

  // MARK: Strings

  /// Reads a string, whose quotation mark is here.
  mutating func string() throws(JSONError) -> Text {
    let start = position
    position += 1
    var unescaped: [UInt8] = []
    while true {
      let plain = position
      try skipPlain(start)
      let range = plain..<position
      guard let byte = next else { throw JSONError("a string without an end", at: start) }
      guard byte >= 0x20 else { throw error("a control character in a string must be escaped") }
      position += 1
      if byte == UInt8(ascii: "\"") {
        if plain == start + 1 { return .plain(range) }
        unsafe unescaped.append(contentsOf: text[range])
        return .unescaped(unescaped)
      }
      unsafe unescaped.append(contentsOf: text[range])
      try escape(&unescaped)
    }
  }

  /// Skips what stands for itself in a string that began at `start`.
  private mutating func skipPlain(_ start: Int) throws(JSONError) {
    while end &- position >= 8 {
      let word = UInt64(littleEndian: unsafe text.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      let special = PlainText.special(word)
      guard special == 0 else {
        position &+= special.trailingZeroBitCount / 8
        break
      }
      position &+= 8
    }
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      if byte < 0x80 {
        position += 1
      } else if let count = unsafe UTF8Sequence.count(in: text, at: position) {
        position += count
      } else {
        throw JSONError("a string is not valid UTF-8", at: start)
      }
    }
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
    guard end - position >= 4 else { throw error("a string without an end") }
    var value: UInt32 = 0
    for index in 0..<4 {
      guard let digit = unsafe text[position + index].hexadecimalDigit else {
        throw error("four hexadecimal digits are expected")
      }
      value = value << 4 | UInt32(digit)
    }
    position += 4
    return value
  }
}
