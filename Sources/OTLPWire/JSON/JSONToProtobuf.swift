internal import TelemetryCore

/// Writes the protobuf message of an OTLP JSON text without building the values in between.
///
/// Beside OTLP's form it reads what the Collector reads: protobuf's names of fields and enums, integers as numbers, and
/// names before OTLP 0.19. Unknown keys are skipped (3.3.5), null is absent. The fields are written in the order of the text.
struct JSONToProtobuf {
  var reader: JSONReader
  var output: ProtobufOutput
  let table = unsafe MessageTable.shared
  private var itemsLeft: Int
  private let maxItems: Int
  /// True if the outermost object has a member, and if it has a known one.
  private(set) var hasMember = false
  private(set) var hasKnownMember = false
  /// The position of the outermost object.
  private(set) var start = 0

  /// - Parameter maxItems: The most spans, log records and metrics together.
  init(_ reader: JSONReader, size: Int, maxItems: Int) {
    self.reader = reader
    output = ProtobufOutput(capacity: size / 2)
    itemsLeft = maxItems
    self.maxItems = maxItems
  }

  /// Reads a text that is one object.
  mutating func document(_ type: MessageType, expected: String) throws(JSONError) {
    reader.skipBlanks()
    start = reader.position
    let kind = try reader.beginValue()
    guard kind == .object else {
      try checkRest()
      throw JSONError("\(expected) is expected, not \(kind.rawValue)", at: start)
    }
    try run(type)
    reader.skipBlanks()
    guard reader.isAtEnd else { throw reader.error("unexpected text after the JSON value") }
  }

  /// Checks the text, since a text that is no JSON has a better error than one that is another value.
  private mutating func checkRest() throws(JSONError) {
    try reader.skipValue()
    reader.skipBlanks()
    guard reader.isAtEnd else { throw reader.error("unexpected text after the JSON value") }
  }

  // MARK: Objects

  /// An open object.
  private struct Frame {
    let type: MessageType
    let mark: ProtobufOutput.Mark?
    /// The fields that occurred, a bit each.
    var seen: UInt32 = 0
    /// The field that probably comes next.
    var likely: UInt32 = 1
    /// The number of the field whose list of messages is open, or 0.
    var list: UInt32 = 0
  }

  private enum Step {
    /// A key is next.
    case member
    /// An element of the open list is next.
    case element
    /// A comma or the end is next.
    case afterValue
  }

  /// Reads the outermost object, whose opening bracket is here. Open objects are kept in a list instead of calls, so
  /// that a deep text needs no stack.
  private mutating func run(_ type: MessageType) throws(JSONError) {
    var frames = [Frame(type: type, mark: nil)]
    var step = try reader.open(until: "}") ? Step.member : nil
    while let current = step ?? closed(&frames) {
      switch current {
      case .member: step = try member(&frames)
      case .element:
        let top = frames[frames.count - 1]
        let entry = table.field(top.type, top.list)
        let start = reader.position
        step = try enter(entry, top.list, try reader.beginValue(), start, &frames)
      case .afterValue: step = try advance(&frames)
      }
    }
  }

  /// Goes on after a value. nil at the end of an object.
  private mutating func advance(_ frames: inout [Frame]) throws(JSONError) -> Step? {
    guard frames[frames.count - 1].list != 0 else { return try reader.advance(until: "}") ? .member : nil }
    if try reader.advance(until: "]") { return .element }
    frames[frames.count - 1].list = 0
    return .afterValue
  }

  /// Closes an object. nil if it was the outermost.
  private mutating func closed(_ frames: inout [Frame]) -> Step? {
    if let mark = frames.removeLast().mark { output.end(mark) }
    return frames.isEmpty ? nil : .afterValue
  }

  private mutating func member(_ frames: inout [Frame]) throws(JSONError) -> Step? {
    let top = frames.count - 1
    let type = frames[top].type
    let start = reader.position
    let key = try reader.key()
    let number = number(of: key, in: type, likely: frames[top].likely)
    if top == 0 {
      hasMember = true
      if number != 0 { hasKnownMember = true }
    }
    guard number != 0 else {
      try reader.skipValue()
      return .afterValue
    }
    frames[top].likely = number + 1
    let entry = table.field(type, number)
    let position = reader.position
    let kind = try reader.beginValue()
    if kind == .null {
      try reader.null()
      return .afterValue
    }
    // Which of two values counts is not specified (RFC 8259, 4), and the reference implementation refuses them too.
    guard frames[top].seen & (1 << number) == 0 else {
      throw JSONError("\"\(table.nameText(entry))\" occurs twice", at: start)
    }
    frames[top].seen |= 1 << number
    return try field(entry, number, kind, position, &frames)
  }

  // MARK: Fields

  private mutating func field(
    _ entry: TableField, _ number: UInt32, _ kind: JSONKind, _ start: Int, _ frames: inout [Frame]
  ) throws(JSONError) -> Step? {
    guard entry.isRepeated else {
      if entry.kind == .message { return try enter(entry, number, kind, start, &frames) }
      output.tag(number, entry.kind.wireType)
      try scalar(entry, kind, start)
      return .afterValue
    }
    guard kind == .array else { throw wrong("an array", entry, kind, start) }
    guard try reader.open(until: "]") else { return .afterValue }
    guard entry.kind != .message else {
      frames[frames.count - 1].list = number
      return .element
    }
    try scalars(entry, number)
    return .afterValue
  }

  /// Reads a list of scalars, after its opening bracket.
  private mutating func scalars(_ entry: TableField, _ number: UInt32) throws(JSONError) {
    let packed = entry.kind.isPackable ? output.begin(number) : nil
    repeat {
      let start = reader.position
      let kind = try reader.beginValue()
      if packed == nil { output.tag(number, 2) }
      try scalar(entry, kind, start)
    } while try reader.advance(until: "]")
    if let packed { output.end(packed) }
  }

  /// Opens the object of a message.
  private mutating func enter(
    _ entry: TableField, _ number: UInt32, _ kind: JSONKind, _ start: Int, _ frames: inout [Frame]
  ) throws(JSONError) -> Step? {
    guard kind == .object else { throw wrong("an object", entry, kind, start) }
    if entry.message.isItem {
      itemsLeft -= 1
      guard itemsLeft >= 0 else { throw JSONError("more than \(maxItems) \(table.nameText(entry))", at: start) }
    }
    frames.append(Frame(type: entry.message, mark: output.begin(number)))
    return try reader.open(until: "}") ? .member : nil
  }

  func wrong(_ expected: String, _ entry: TableField, _ kind: JSONKind, _ start: Int) -> JSONError {
    JSONError("\"\(table.nameText(entry))\" must be \(expected), not \(kind.rawValue)", at: start)
  }

  // MARK: Keys

  /// The number of the field that a key names, or 0. `likely` is tried first.
  private func number(of key: JSONReader.Text, in type: MessageType, likely: UInt32) -> UInt32 {
    switch key {
    case .plain(let range): unsafe number(of: reader.bytes(range), type, likely)
    case .unescaped(let bytes): unsafe bytes.withUnsafeBytes { unsafe number(of: $0, type, likely) }
    }
  }

  private func number(of key: UnsafeRawBufferPointer, _ type: MessageType, _ likely: UInt32) -> UInt32 {
    if unsafe isName(key, of: table.field(type, likely)) { return likely }
    for number in 1..<UInt32(MessageTable.stride) {
      if unsafe isName(key, of: table.field(type, number)) { return number }
    }
    for (name, number) in type.oldNames {
      if unsafe key.elementsEqual(name.utf8) { return number }
    }
    let underscore = UInt8(ascii: "_")
    guard unsafe key.contains(underscore), unsafe key.first != underscore else { return 0 }
    let name = unsafe Self.lowerCamelCase(key)
    return unsafe name.withUnsafeBytes { bytes in
      unsafe bytes.contains(underscore) ? 0 : number(of: bytes, type, likely)
    }
  }

  @inline(__always)
  private func isName(_ key: UnsafeRawBufferPointer, of entry: TableField) -> Bool {
    guard entry.kind != .unknown, entry.nameCount - 4 == key.count, let start = key.baseAddress else { return false }
    let name = unsafe UnsafeRawPointer(table.name(entry).baseAddress.unsafelyUnwrapped)
    var position = 0
    while key.count &- position >= 8 {
      let word = unsafe start.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      guard unsafe word == name.loadUnaligned(fromByteOffset: position, as: UInt64.self) else { return false }
      position &+= 8
    }
    while position < key.count {
      let byte = unsafe start.load(fromByteOffset: position, as: UInt8.self)
      guard unsafe byte == name.load(fromByteOffset: position, as: UInt8.self) else { return false }
      position &+= 1
    }
    return true
  }

  /// Converts a field's protobuf name to its JSON name: `scope_spans` becomes `scopeSpans`. All keys of OTLP's JSON are
  /// names of fields; names that users choose are values.
  private static func lowerCamelCase(_ key: UnsafeRawBufferPointer) -> [UInt8] {
    var name: [UInt8] = []
    var raises = false
    for index in 0..<key.count {
      let byte = unsafe key[index]
      if byte == UInt8(ascii: "_") {
        raises = true
      } else {
        name.append(raises && (0x61...0x7A).contains(byte) ? byte & 0xDF : byte)
        raises = false
      }
    }
    return name
  }
}
