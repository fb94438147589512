/// Reads the fields of one protobuf message, and of the messages in it. Every length is checked: for any bytes, a call
/// returns a value or throws.
///
/// A reader doesn't own the bytes, so it must not outlive the call that was given them.
@safe
package struct ProtobufReader {
  private let bytes: UnsafeRawBufferPointer
  package private(set) var position: Int
  private let end: Int
  private let depthLeft: Int

  @unsafe
  package init(_ bytes: UnsafeRawBufferPointer, maxDepth: Int = 100) {
    unsafe self.bytes = bytes
    position = 0
    end = bytes.count
    depthLeft = maxDepth
  }

  private init(in reader: ProtobufReader, _ range: Range<Int>) {
    unsafe bytes = reader.bytes
    position = range.lowerBound
    end = range.upperBound
    depthLeft = reader.depthLeft - 1
  }

  var isAtEnd: Bool { position == end }

  /// The tag of the next field (field number << 3 | wire type), or nil at the end.
  ///
  /// A known number with another wire type than the schema's is an unknown field, so callers compare whole tags.
  package mutating func nextTag() throws(WireError) -> UInt32? {
    guard position < end else { return nil }
    let start = position
    let tag = try varint()
    guard tag >> 3 >= 1, tag >> 3 <= 0x1FFF_FFFF else { throw WireError(.badFieldNumber, at: start) }
    return UInt32(tag)
  }

  /// Skips the content of an unknown field.
  package mutating func skip(_ tag: UInt32) throws(WireError) {
    switch tag & 7 {
    case 0: _ = try varint()
    case 1: _ = try take(8)
    case 2: _ = try lengthDelimited()
    case 3: try skipGroup(tag >> 3)
    case 5: _ = try take(4)
    default: throw WireError(.badWireType, at: position)
    }
  }

  private mutating func skipGroup(_ number: UInt32) throws(WireError) {
    var open = [number]
    while let innermost = open.last {
      let start = position
      guard let tag = try nextTag() else { throw WireError(.truncated, at: position) }
      switch tag & 7 {
      case 3:
        guard open.count < depthLeft else { throw WireError(.tooDeep, at: start) }
        open.append(tag >> 3)
      case 4:
        guard tag >> 3 == innermost else { throw WireError(.badWireType, at: start) }
        open.removeLast()
      default:
        try skip(tag)
      }
    }
  }

  package mutating func varint() throws(WireError) -> UInt64 {
    // Most tags and lengths have one byte.
    guard position < end, case let byte = unsafe bytes[position], byte < 0x80 else { return try longVarint() }
    position += 1
    return UInt64(byte)
  }

  private mutating func longVarint() throws(WireError) -> UInt64 {
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

  /// A 32-bit integer, truncated as the reference implementation does.
  package mutating func uint32() throws(WireError) -> UInt32 { UInt32(truncatingIfNeeded: try varint()) }

  package mutating func fixed64() throws(WireError) -> UInt64 {
    let start = try take(8)
    return UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
  }

  package mutating func fixed32() throws(WireError) -> UInt32 {
    let start = try take(4)
    return UInt32(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
  }

  package mutating func double() throws(WireError) -> Double { Double(bitPattern: try fixed64()) }

  /// A reader of a field that is a message.
  package mutating func message() throws(WireError) -> ProtobufReader {
    let start = position
    let range = try lengthDelimited()
    guard depthLeft > 1 else { throw WireError(.tooDeep, at: start) }
    return ProtobufReader(in: self, range)
  }

  /// The content of a field that has a length, or of a message; valid as long as the bytes that are read.
  @unsafe
  package mutating func content() throws(WireError) -> UnsafeRawBufferPointer {
    let range = try lengthDelimited()
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
  }

  mutating func byteArray() throws(WireError) -> [UInt8] {
    let range = try lengthDelimited()
    return unsafe Array(bytes[range])
  }

  mutating func string() throws(WireError) -> String {
    let range = try lengthDelimited()
    let text = unsafe String(validating: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    guard let text else { throw WireError(.badUTF8, at: range.lowerBound) }
    return text
  }

  /// The big-endian words of an identifier, or zeros if the field is empty.
  ///
  /// - Parameter count: The number of words, 1 or 2. For one word, both results are that word.
  mutating func identifier(words count: Int) throws(WireError) -> (UInt64, UInt64) {
    let range = try lengthDelimited()
    if range.isEmpty { return (0, 0) }
    guard range.count == count * 8 else { throw WireError(.badIdentifier, at: range.lowerBound) }
    let first = unsafe bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self)
    let last = unsafe bytes.loadUnaligned(fromByteOffset: range.upperBound - 8, as: UInt64.self)
    return (UInt64(bigEndian: first), UInt64(bigEndian: last))
  }

  private mutating func lengthDelimited() throws(WireError) -> Range<Int> {
    let start = position
    guard let count = Int(exactly: try varint()) else { throw WireError(.truncated, at: start) }
    let content = try take(count)
    return content..<position
  }

  /// Consumes `count` bytes and returns the position of the first.
  private mutating func take(_ count: Int) throws(WireError) -> Int {
    guard count <= end - position else { throw WireError(.truncated, at: position) }
    defer { position += count }
    return position
  }
}

extension [UInt8] {
  /// Calls `body` with a reader of these bytes.
  func reading<Success>(
    maxDepth: Int = 100, _ body: (ProtobufReader) throws(WireError) -> Success
  ) throws(WireError) -> Success {
    try self[...].reading(maxDepth: maxDepth, body)
  }
}

extension ArraySlice<UInt8> {
  /// Calls `body` with a reader of these bytes.
  func reading<Success>(
    maxDepth: Int = 100, _ body: (ProtobufReader) throws(WireError) -> Success
  ) throws(WireError) -> Success {
    let result: Result<Success, WireError> = unsafe withUnsafeBytes { bytes in
      do throws(WireError) {
        return .success(try body(unsafe ProtobufReader(bytes, maxDepth: maxDepth)))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
