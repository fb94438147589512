internal import TelemetryCore

/// Writes the JSON of a protobuf message without building the message: each field is read and written once.
///
/// JSON has the elements of a list together and the fields in the order of their numbers, as the reference implementation
/// writes them. A message that has its fields in this order is written in one pass; of another, each field is searched.
/// Messages are taken to be in order until the first that is not: from then on each is examined before.
/// A field that may occur once and occurs several times has the value that protobuf gives it: the last scalar, and the
/// merged messages. Unknown fields are skipped. Open messages are kept in a list instead of calls, so that a deep
/// message needs no stack.
@safe
struct ProtobufToJSON: ~Copyable {
  /// An open message.
  @safe
  private struct Frame {
    let type: MessageType
    let range: Range<Int>
    var position: Int
    /// The position of its bracket in the output.
    let start: Int
    /// The fields that are still to be searched, a bit each; 0 if the fields are in order.
    var searched: UInt32
    /// The number of the last field, and whether a member of a oneof has occurred.
    var last: UInt32 = 0
    var hasOneof = false
    /// The number of the field whose list is open, or 0.
    var list: UInt32 = 0
    var listStart = 0
    var beforeListName = 0
    /// True if the bytes are a copy of several parts.
    let isMerged: Bool
    /// The bytes that its parent is in.
    let outerBytes: WireBytes
  }

  private(set) var bytes: WireBytes
  var output: JSONOutput
  let table = unsafe MessageTable.shared
  private let maxDepth: Int
  private var frame: Frame
  private var parents: [Frame] = []
  private var mergedBytes: [BufferSlice] = []
  /// True if messages are examined before they are written.
  private var surveys = false

  /// - Throws: `WireError` if the bytes are not a message of this type, or nested more than `maxDepth` deep.
  static func transcode(
    _ message: UnsafeRawBufferPointer, _ type: MessageType, room: Int = 0, maxDepth: Int = 100
  ) throws(WireError) -> BufferSlice {
    var transcoder = unsafe ProtobufToJSON(message, type, room, maxDepth: maxDepth)
    try transcoder.run()
    return transcoder.output.finish()
  }

  private init(_ bytes: UnsafeRawBufferPointer, _ type: MessageType, _ room: Int, maxDepth: Int) {
    self.bytes = unsafe WireBytes(bytes)
    output = JSONOutput(capacity: room + bytes.count * 3, room: room)
    self.maxDepth = maxDepth
    frame = Frame(
      type: type, range: 0..<bytes.count, position: 0, start: room, searched: 0, isMerged: false,
      outerBytes: self.bytes)
    parents.reserveCapacity(16)
  }

  // MARK: Open messages

  /// Opens a message in the current one.
  private mutating func push(_ type: MessageType, _ range: Range<Int>, isMerged: Bool = false) throws(WireError) {
    guard parents.count + 1 < maxDepth else { throw WireError(.tooDeep, at: range.lowerBound) }
    let outer = bytes
    parents.append(frame)
    frame = Frame(
      type: type, range: range, position: range.lowerBound, start: output.count, searched: 0, isMerged: isMerged,
      outerBytes: outer)
    if isMerged, let copy = mergedBytes.last {
      bytes = unsafe WireBytes(copy.buffer.bytes(copy.range))
    }
    if surveys { try survey() }
  }

  /// Closes the current message.
  ///
  /// - Returns: False if it was the outermost.
  private mutating func pop() -> Bool {
    output.close(from: frame.start, "{", "}")
    if frame.isMerged {
      bytes = frame.outerBytes
      mergedBytes.removeLast()
    }
    guard let parent = parents.popLast() else { return false }
    frame = parent
    return true
  }

  private mutating func run() throws(WireError) {
    repeat {
      let isDone = frame.searched == 0 ? try inOrder() : try searching()
      if isDone, !pop() { return }
    } while true
  }

  /// Finds out if the fields are in order, and which occur if they are not.
  private mutating func survey() throws(WireError) {
    let repeated = unsafe table.repeated[Int(frame.type.rawValue)]
    let oneofs = unsafe table.oneofs[Int(frame.type.rawValue)]
    let end = frame.range.upperBound
    var (present, last): (UInt32, UInt32) = (0, 0)
    var isInOrder = true
    var position = frame.range.lowerBound
    while position < end {
      let tag = try bytes.tag(&position, end)
      let number = tag >> 3
      if table.field(frame.type, number).accepts(tag) {
        let bit = UInt32(1) << number
        let isSecond = number == last ? repeated & bit == 0 : number < last
        if isSecond || oneofs & bit != 0 && present & oneofs != 0 { isInOrder = false }
        present |= bit
        last = number
      }
      try bytes.skip(tag, &position, end)
    }
    if !isInOrder { frame.searched = present }
  }

  // MARK: Fields

  /// Writes the next fields, up to a message in the current one.
  ///
  /// - Returns: True at the end of the current message.
  private mutating func inOrder() throws(WireError) -> Bool {
    let end = frame.range.upperBound
    var position = frame.position
    while position < end {
      let tag = try bytes.tag(&position, end)
      let entry = table.field(frame.type, tag >> 3)
      guard entry.accepts(tag) else {
        try bytes.skip(tag, &position, end)
        continue
      }
      guard isInOrder(entry, tag >> 3) else { return try startAgain() }
      if frame.list != 0, frame.list != tag >> 3 { closeList() }
      if entry.isRepeated {
        if frame.list == 0 { openList(entry, tag >> 3) }
        if try element(entry, tag, &position) { return false }
      } else if try single(entry, &position, isSearching: false) {
        return false
      }
    }
    if frame.list != 0 { closeList() }
    return true
  }

  /// Notes a field. False if it should have come before, or occurs again and may occur once.
  @inline(__always)
  private mutating func isInOrder(_ entry: TableField, _ number: UInt32) -> Bool {
    if number <= frame.last, number < frame.last || !entry.isRepeated { return false }
    frame.last = number
    guard entry.isInOneof else { return true }
    defer { frame.hasOneof = true }
    return !frame.hasOneof
  }

  /// Writes the current message again, searching each field. This happens once: later messages are examined before, so that
  /// nested ones aren't written more than twice.
  private mutating func startAgain() throws(WireError) -> Bool {
    surveys = true
    output.remove(from: frame.start)
    frame.list = 0
    frame.position = frame.range.lowerBound
    try survey()
    return false
  }

  /// Writes the fields of the lowest number that is still to be searched, up to a message in the current one.
  ///
  /// - Returns: True at the end of the current message.
  private mutating func searching() throws(WireError) -> Bool {
    let number = UInt32(frame.searched.trailingZeroBitCount)
    let entry = table.field(frame.type, number)
    if entry.isRepeated { return try searchList(entry, number) }
    let found = try occurrences(entry, number)
    // The current message is closed only after the one in it, even if that is its last field.
    let isDone = searched(number)
    guard var value = found.last else { return isDone }
    if found.parts.count > 1 {
      try merge(entry, found.parts)
      return false
    }
    let isOpen = try single(entry, &value, isSearching: true)
    return isDone && !isOpen
  }

  private mutating func searchList(_ entry: TableField, _ number: UInt32) throws(WireError) -> Bool {
    if frame.list == 0 { openList(entry, number) }
    let end = frame.range.upperBound
    var position = frame.position
    while position < end {
      let tag = try bytes.tag(&position, end)
      if tag >> 3 == number, entry.accepts(tag) {
        if try element(entry, tag, &position) { return false }
      } else {
        try bytes.skip(tag, &position, end)
      }
    }
    closeList()
    return searched(number)
  }

  /// - Returns: True if there is no further field.
  private mutating func searched(_ number: UInt32) -> Bool {
    frame.searched &= ~(1 << number)
    let isDone = frame.searched == 0
    frame.position = isDone ? frame.range.upperBound : frame.range.lowerBound
    return isDone
  }

  /// The last place of a field that may occur once, and of all its parts if it is a message.
  private func occurrences(
    _ entry: TableField, _ number: UInt32
  ) throws(WireError) -> (last: Int?, parts: [Range<Int>]) {
    let oneofs = entry.isInOneof ? unsafe table.oneofs[Int(frame.type.rawValue)] : 0
    let end = frame.range.upperBound
    var (last, parts): (Int?, [Range<Int>]) = (nil, [])
    var position = frame.range.lowerBound
    while position < end {
      let tag = try bytes.tag(&position, end)
      let other = tag >> 3
      if other == number, entry.accepts(tag) {
        last = position
        if entry.kind == .message {
          var content = position
          parts.append(try bytes.lengthDelimited(&content, end))
        }
      } else if other < 32, oneofs & (1 << other) != 0, table.field(frame.type, other).accepts(tag) {
        // Another member of the oneof replaces this one.
        last = nil
        parts.removeAll()
      }
      try bytes.skip(tag, &position, end)
    }
    return (last, parts)
  }

  /// Opens a message that occurs several times: protobuf merges it as if the bytes were one message.
  private mutating func merge(_ entry: TableField, _ parts: [Range<Int>]) throws(WireError) {
    var joined: [UInt8] = []
    for part in parts { unsafe joined.append(contentsOf: bytes[part]) }
    mergedBytes.append(BufferSlice(joined))
    name(entry)
    try push(entry.message, 0..<joined.count, isMerged: true)
  }

  // MARK: Lists and single fields

  private mutating func openList(_ entry: TableField, _ number: UInt32) {
    frame.beforeListName = output.count
    name(entry)
    frame.listStart = output.count
    frame.list = number
  }

  /// Closes a list. An empty one, of packed values without a value, is removed.
  private mutating func closeList() {
    frame.list = 0
    if output.count == frame.listStart { return output.remove(from: frame.beforeListName) }
    output.close(from: frame.listStart, "[", "]")
  }

  /// Writes the elements of a list that one field holds, each after a comma: one, or several packed ones.
  ///
  /// - Returns: True if it opened a message.
  private mutating func element(
    _ entry: TableField, _ tag: UInt32, _ position: inout Int
  ) throws(WireError) -> Bool {
    guard entry.kind == .message else {
      try scalars(entry, tag, &position, frame.range.upperBound)
      return false
    }
    output.append(UInt8(ascii: ","))
    let content = try bytes.lengthDelimited(&position, frame.range.upperBound)
    if entry.message == .keyValue, try plainAttribute(content) { return false }
    frame.position = position
    try push(entry.message, content)
    return true
  }

  /// Writes a field that occurs once, unless it has the default value, which JSON omits.
  ///
  /// - Returns: True if it opened a message.
  private mutating func single(
    _ entry: TableField, _ position: inout Int, isSearching: Bool
  ) throws(WireError) -> Bool {
    let beforeName = output.count
    name(entry)
    if entry.kind == .message {
      let content = try bytes.lengthDelimited(&position, frame.range.upperBound)
      if !isSearching { frame.position = position }
      try push(entry.message, content)
      return true
    }
    let isDefault = try scalar(entry, &position, frame.range.upperBound)
    if isDefault, !entry.hasPresence { output.remove(from: beforeName) }
    return false
  }
}
