extension ProtobufToJSON {
  // MARK: Values

  @inline(__always)
  mutating func name(_ entry: FieldEntry) {
    unsafe output.append(name: table.names + Int(entry.nameStart), count: Int(entry.nameCount))
  }

  /// Writes the values that one field holds, each after a comma: one, or several packed ones.
  mutating func scalars(
    _ entry: FieldEntry, _ tag: UInt32, _ position: inout Int, _ end: Int
  ) throws(WireError) {
    guard entry.kind.isPackable, tag & 7 == 2 else {
      output.append(UInt8(ascii: ","))
      _ = try scalar(entry, &position, end)
      return
    }
    let packed = try lengthDelimited(&position, end)
    var element = packed.lowerBound
    while element < packed.upperBound {
      output.append(UInt8(ascii: ","))
      _ = try scalar(entry, &element, packed.upperBound)
    }
  }

  /// Writes a value that is no message.
  ///
  /// - Returns: True if it is the default value of its type.
  mutating func scalar(_ entry: FieldEntry, _ position: inout Int, _ end: Int) throws(WireError) -> Bool {
    switch entry.kind {
    case .string: return try string(try lengthDelimited(&position, end))
    case .traceID, .spanID:
      let range = try lengthDelimited(&position, end)
      unsafe output.hexadecimal(UnsafeRawBufferPointer(rebasing: bytes[range]))
      return range.isEmpty
    case .bytes:
      let range = try lengthDelimited(&position, end)
      unsafe output.base64(UnsafeRawBufferPointer(rebasing: bytes[range]))
      return range.isEmpty
    case .fixed64:
      let value = try fixed64(&position, end)
      output.quoted(value)
      return value == 0
    case .sfixed64:
      let value = Int64(bitPattern: try fixed64(&position, end))
      output.quoted(value)
      return value == 0
    case .double:
      let value = try fixed64(&position, end)
      output.double(Double(bitPattern: value))
      return value == 0
    case .fixed32:
      let value = try fixed32(&position, end)
      output.decimal(UInt64(value))
      return value == 0
    default: return varint(entry.kind, try varint(&position, end))
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
    let isValid = unsafe output.string(UnsafeRawBufferPointer(rebasing: bytes[range]))
    guard isValid else { throw WireError(.badUTF8, at: range.lowerBound) }
    return range.isEmpty
  }

  // MARK: Wire format

  /// True if the field is known, with this wire type. A known number with another wire type is an unknown field.
  @inline(__always)
  func accepts(_ entry: FieldEntry, _ tag: UInt32) -> Bool {
    guard entry.kind != .unknown else { return false }
    let wireType = tag & 7
    return wireType == entry.kind.wireType || wireType == 2 && entry.isRepeated && entry.kind.isPackable
  }

  func tag(_ position: inout Int, _ end: Int) throws(WireError) -> UInt32 {
    let start = position
    let tag = try varint(&position, end)
    guard tag >> 3 >= 1, tag >> 3 <= 0x1FFF_FFFF else { throw WireError(.badFieldNumber, at: start) }
    return UInt32(truncatingIfNeeded: tag)
  }

  @inline(__always)
  func varint(_ position: inout Int, _ end: Int) throws(WireError) -> UInt64 {
    if position < end, case let byte = unsafe bytes[position], byte < 0x80 {
      position += 1
      return UInt64(byte)
    }
    return try longVarint(&position, end)
  }

  private func longVarint(_ position: inout Int, _ end: Int) throws(WireError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard position < end else { throw WireError(.truncated, at: start) }
      let byte = unsafe bytes[position]
      position += 1
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw WireError(.badVarint, at: start)
  }

  func lengthDelimited(_ position: inout Int, _ end: Int) throws(WireError) -> Range<Int> {
    let start = position
    let count = try varint(&position, end)
    guard count <= UInt64(end - position) else { throw WireError(.truncated, at: start) }
    let content = position..<position + Int(count)
    position = content.upperBound
    return content
  }

  func fixed64(_ position: inout Int, _ end: Int) throws(WireError) -> UInt64 {
    guard end - position >= 8 else { throw WireError(.truncated, at: position) }
    defer { position += 8 }
    return UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  private func fixed32(_ position: inout Int, _ end: Int) throws(WireError) -> UInt32 {
    guard end - position >= 4 else { throw WireError(.truncated, at: position) }
    defer { position += 4 }
    return UInt32(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  /// Skips the content of a field.
  func skip(_ tag: UInt32, _ position: inout Int, _ end: Int) throws(WireError) {
    switch tag & 7 {
    case 0: _ = try varint(&position, end)
    case 1: _ = try fixed64(&position, end)
    case 2: _ = try lengthDelimited(&position, end)
    case 3: try skipGroup(tag >> 3, &position, end)
    case 5: _ = try fixed32(&position, end)
    default: throw WireError(.badWireType, at: position)
    }
  }

  private func skipGroup(_ number: UInt32, _ position: inout Int, _ end: Int) throws(WireError) {
    var open = [number]
    while let innermost = open.last {
      let start = position
      guard position < end else { throw WireError(.truncated, at: position) }
      let tag = try tag(&position, end)
      switch tag & 7 {
      case 3:
        guard open.count < 100 else { throw WireError(.tooDeep, at: start) }
        open.append(tag >> 3)
      case 4:
        guard tag >> 3 == innermost else { throw WireError(.badWireType, at: start) }
        open.removeLast()
      case 0: _ = try varint(&position, end)
      case 1: _ = try fixed64(&position, end)
      case 2: _ = try lengthDelimited(&position, end)
      case 5: _ = try fixed32(&position, end)
      default: throw WireError(.badWireType, at: position)
      }
    }
  }
}
