extension ProtobufToJSON {
  /// Writes an attribute with a scalar value that has the usual form: the key, then the value with one member. Most messages
  /// are such attributes, and writing them at once takes a third of the instructions.
  ///
  /// - Returns: False if it has another form, which nothing was written of.
  mutating func plainAttribute(_ range: Range<Int>) throws(WireError) -> Bool {
    var position = range.lowerBound
    guard let key = short(0x0A, &position, range.upperBound), let value = short(0x12, &position, range.upperBound),
      position == range.upperBound, value.count >= 2
    else { return false }
    var content = value.lowerBound &+ 1
    switch bytes[value.lowerBound] {
    case 0x0A:
      guard let text = shortLength(&content, value.upperBound), content == value.upperBound else { return false }
      try begin(key, table.stringValue)
      try string(text)
    case 0x10:
      guard let varint = plainVarint(&content, value.upperBound) else { return false }
      try begin(key, table.boolValue)
      output.append(varint != 0 ? "true" : "false")
    case 0x18:
      guard let varint = plainVarint(&content, value.upperBound) else { return false }
      try begin(key, table.intValue)
      output.quoted(Int64(bitPattern: varint))
    case 0x21:
      guard value.count == 9, let bits = try? bytes.fixed64(&content, value.upperBound) else { return false }
      try begin(key, table.doubleValue)
      output.double(Double(bitPattern: bits))
    default: return false
    }
    output.reserve(2)
    output.append(reserved: UInt8(ascii: "}"))
    output.append(reserved: UInt8(ascii: "}"))
    return true
  }

  /// Writes the key, and the name of the value's member.
  @inline(__always)
  private mutating func begin(_ key: Range<Int>, _ member: MessageTable.Text) throws(WireError) {
    append(table.key)
    try string(key)
    append(member)
  }

  @inline(__always)
  private mutating func append(_ text: MessageTable.Text) {
    unsafe output.append(name: table.names + text.start, count: text.count)
  }

  @inline(__always)
  private mutating func string(_ range: Range<Int>) throws(WireError) {
    guard unsafe output.string(bytes[range]) else {
      throw WireError(.badUTF8, at: range.lowerBound)
    }
  }

  /// An integer that ends where its message does.
  @inline(__always)
  private func plainVarint(_ position: inout Int, _ end: Int) -> UInt64? {
    guard let value = try? bytes.varint(&position, end), position == end else { return nil }
    return value
  }

  /// The content of a field that begins here, with a length of up to two bytes.
  @inline(__always)
  private func short(_ tag: UInt8, _ position: inout Int, _ end: Int) -> Range<Int>? {
    guard position < end, bytes[position] == tag else { return nil }
    position &+= 1
    return shortLength(&position, end)
  }

  @inline(__always)
  private func shortLength(_ position: inout Int, _ end: Int) -> Range<Int>? {
    guard position < end else { return nil }
    var count = Int(bytes[position])
    position &+= 1
    if count >= 0x80 {
      guard position < end, case let high = Int(bytes[position]), high < 0x80 else { return nil }
      position &+= 1
      count = count & 0x7F | high << 7
    }
    guard count <= end &- position else { return nil }
    defer { position &+= count }
    return unsafe Range(uncheckedBounds: (position, position &+ count))
  }
}
