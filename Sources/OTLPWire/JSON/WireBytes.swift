/// The bytes of a protobuf message, read at positions that the caller keeps. It is small, so that calls copy nothing; the short
/// forms of a tag, a length and an integer are read inline.
@safe
struct WireBytes {
  private let start: UnsafeRawPointer?

  /// - Parameter bytes: Memory that outlives this value.
  init(_ bytes: UnsafeRawBufferPointer) { unsafe start = bytes.baseAddress }

  @inline(__always)
  private func byte(_ position: Int) -> UInt8 {
    unsafe start.unsafelyUnwrapped.load(fromByteOffset: position, as: UInt8.self)
  }

  /// The byte at a position in the message.
  @inline(__always)
  subscript(position: Int) -> UInt8 { byte(position) }

  /// A part of the message.
  @inline(__always)
  subscript(range: Range<Int>) -> UnsafeRawBufferPointer {
    guard !range.isEmpty else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeRawBufferPointer(
      start: start.unsafelyUnwrapped + range.lowerBound, count: range.upperBound &- range.lowerBound)
  }

  // MARK: Values

  @inline(__always)
  func tag(_ position: inout Int, _ end: Int) throws(WireError) -> UInt32 {
    let first = position
    let tag = try varint(&position, end)
    guard tag &- 8 <= 0xFFFF_FFF7 else { throw WireError(.badFieldNumber, at: first) }
    return UInt32(truncatingIfNeeded: tag)
  }

  @inline(__always)
  func varint(_ position: inout Int, _ end: Int) throws(WireError) -> UInt64 {
    if position < end, case let byte = byte(position), byte < 0x80 {
      position &+= 1
      return UInt64(byte)
    }
    return try longVarint(&position, end)
  }

  private func longVarint(_ position: inout Int, _ end: Int) throws(WireError) -> UInt64 {
    let first = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard position < end else { throw WireError(.truncated, at: first) }
      let byte = byte(position)
      position += 1
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw WireError(.badVarint, at: first)
  }

  @inline(__always)
  func lengthDelimited(_ position: inout Int, _ end: Int) throws(WireError) -> Range<Int> {
    let first = position
    let count = try varint(&position, end)
    guard count <= UInt64(bitPattern: Int64(end &- position)) else { throw WireError(.truncated, at: first) }
    let content = unsafe Range(uncheckedBounds: (position, position &+ Int(truncatingIfNeeded: count)))
    position = content.upperBound
    return content
  }

  @inline(__always)
  func fixed64(_ position: inout Int, _ end: Int) throws(WireError) -> UInt64 {
    guard end &- position >= 8 else { throw WireError(.truncated, at: position) }
    defer { position &+= 8 }
    return UInt64(
      littleEndian: unsafe start.unsafelyUnwrapped.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  @inline(__always)
  func fixed32(_ position: inout Int, _ end: Int) throws(WireError) -> UInt32 {
    guard end &- position >= 4 else { throw WireError(.truncated, at: position) }
    defer { position &+= 4 }
    return UInt32(
      littleEndian: unsafe start.unsafelyUnwrapped.loadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  // MARK: Skipping

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
      let first = position
      guard position < end else { throw WireError(.truncated, at: position) }
      let tag = try tag(&position, end)
      switch tag & 7 {
      case 3:
        guard open.count < 100 else { throw WireError(.tooDeep, at: first) }
        open.append(tag >> 3)
      case 4:
        guard tag >> 3 == innermost else { throw WireError(.badWireType, at: first) }
        open.removeLast()
      default: try skip(tag, &position, end)
      }
    }
  }
}
