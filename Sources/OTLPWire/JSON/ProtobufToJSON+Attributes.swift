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
    let member = unsafe bytes[value.lowerBound]
    var content = value.lowerBound + 1
    guard let scalar = plainScalar(member, &content, value.upperBound), content == value.upperBound else {
      return false
    }
    append(table.key)
    try string(key)
    switch scalar {
    case .string(let text):
      append(table.stringValue)
      try string(text)
    case .bool(let value):
      append(table.boolValue)
      output.append(value ? "true" : "false")
    case .int(let value):
      append(table.intValue)
      output.quoted(value)
    case .double(let value):
      append(table.doubleValue)
      output.double(value)
    }
    output.reserve(2)
    output.append(reserved: UInt8(ascii: "}"))
    output.append(reserved: UInt8(ascii: "}"))
    return true
  }

  @inline(__always)
  private mutating func append(_ text: MessageTable.Text) {
    unsafe output.append(name: table.names + text.start, count: text.count)
  }

  @inline(__always)
  private mutating func string(_ range: Range<Int>) throws(WireError) {
    guard unsafe output.string(UnsafeRawBufferPointer(rebasing: bytes[range])) else {
      throw WireError(.badUTF8, at: range.lowerBound)
    }
  }

  private enum PlainScalar {
    case string(Range<Int>)
    case bool(Bool)
    case int(Int64)
    case double(Double)
  }

  /// The value of a member of `AnyValue`; nil for another kind, or one that is cut off.
  @inline(__always)
  private func plainScalar(_ tag: UInt8, _ position: inout Int, _ end: Int) -> PlainScalar? {
    switch tag {
    case 0x0A: shortLength(&position, end).map { .string($0) }
    case 0x10: plainVarint(&position, end).map { .bool($0 != 0) }
    case 0x18: plainVarint(&position, end).map { .int(Int64(bitPattern: $0)) }
    case 0x21:
      if end - position == 8, let value = try? fixed64(&position, end) {
        .double(Double(bitPattern: value))
      } else {
        nil
      }
    default: nil
    }
  }

  private func plainVarint(_ position: inout Int, _ end: Int) -> UInt64? { try? varint(&position, end) }

  /// The content of a field that begins here, with a length of up to two bytes.
  @inline(__always)
  private func short(_ tag: UInt8, _ position: inout Int, _ end: Int) -> Range<Int>? {
    guard position < end, unsafe bytes[position] == tag else { return nil }
    position += 1
    return shortLength(&position, end)
  }

  @inline(__always)
  private func shortLength(_ position: inout Int, _ end: Int) -> Range<Int>? {
    guard position < end else { return nil }
    var count = Int(unsafe bytes[position])
    position += 1
    if count >= 0x80 {
      guard position < end, case let high = Int(unsafe bytes[position]), high < 0x80 else { return nil }
      position += 1
      count = count & 0x7F | high << 7
    }
    guard count <= end - position else { return nil }
    defer { position += count }
    return position..<position + count
  }
}
