extension ProtobufToJSON {
  // MARK: Values

  @inline(__always)
  mutating func name(_ entry: TableField) {
    unsafe output.append(name: table.names + entry.nameStart, count: entry.nameCount)
  }

  /// Writes the values that one field holds, each after a comma: one, or several packed ones.
  mutating func scalars(
    _ entry: TableField, _ tag: UInt32, _ position: inout Int, _ end: Int
  ) throws(WireError) {
    guard entry.kind.isPackable, tag & 7 == 2 else {
      output.append(UInt8(ascii: ","))
      _ = try scalar(entry, &position, end)
      return
    }
    let packed = try bytes.lengthDelimited(&position, end)
    var element = packed.lowerBound
    while element < packed.upperBound {
      output.append(UInt8(ascii: ","))
      _ = try scalar(entry, &element, packed.upperBound)
    }
  }

  /// Writes a value that is no message.
  ///
  /// - Returns: True if it is the default value of its type.
  mutating func scalar(_ entry: TableField, _ position: inout Int, _ end: Int) throws(WireError) -> Bool {
    switch entry.kind {
    case .string: return try string(try bytes.lengthDelimited(&position, end))
    case .traceID, .spanID:
      let range = try bytes.lengthDelimited(&position, end)
      unsafe output.hexadecimal(bytes[range])
      return range.isEmpty
    case .bytes:
      let range = try bytes.lengthDelimited(&position, end)
      unsafe output.base64(bytes[range])
      return range.isEmpty
    case .fixed64:
      let value = try bytes.fixed64(&position, end)
      output.quoted(value)
      return value == 0
    case .sfixed64:
      let value = Int64(bitPattern: try bytes.fixed64(&position, end))
      output.quoted(value)
      return value == 0
    case .double:
      let value = try bytes.fixed64(&position, end)
      output.double(Double(bitPattern: value))
      return value == 0
    case .fixed32:
      let value = try bytes.fixed32(&position, end)
      output.decimal(UInt64(value))
      return value == 0
    default: return varint(entry.kind, try bytes.varint(&position, end))
    }
  }

  private mutating func varint(_ kind: FieldKind, _ value: UInt64) -> Bool {
    switch kind {
    case .bool:
      output.append(value != 0 ? "true" : "false")
      return value == 0
    case .int64:
      output.quoted(Int64(bitPattern: value))
      return value == 0
    case .uint64:
      output.quoted(value)
      return value == 0
    case .int32:
      let number = Int32(truncatingIfNeeded: value)
      output.decimal(Int64(number))
      return number == 0
    case .sint32:
      let folded = UInt32(truncatingIfNeeded: value)
      let number = Int32(bitPattern: (folded >> 1) ^ (0 &- (folded & 1)))
      output.decimal(Int64(number))
      return number == 0
    default:
      let number = UInt32(truncatingIfNeeded: value)
      output.decimal(UInt64(number))
      return number == 0
    }
  }

  private mutating func string(_ range: Range<Int>) throws(WireError) -> Bool {
    let isValid = unsafe output.string(bytes[range])
    guard isValid else { throw WireError(.badUTF8, at: range.lowerBound) }
    return range.isEmpty
  }
}
