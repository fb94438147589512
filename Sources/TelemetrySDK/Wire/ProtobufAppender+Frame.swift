extension ProtobufAppender {
  /// The room in front of a message for its tag and its length.
  static var frameSize: Int { 8 }

  /// Writes the tag and the length of the message from `start` on, in the bytes in front of it.
  /// - Returns: The position of the tag.
  @inline(__always)
  func frame(_ tag: UInt8, _ start: Int) -> Int {
    let length = count &- start
    if length >= 0x80, length < 0x4000 {
      let prefix = UInt16(truncatingIfNeeded: length & 0x7F | 0x80) | UInt16(truncatingIfNeeded: length >> 7) << 8
      unsafe base.storeBytes(of: prefix.littleEndian, toByteOffset: start &- 2, as: UInt16.self)
      unsafe base.storeBytes(of: tag, toByteOffset: start &- 3, as: UInt8.self)
      return start &- 3
    }
    return otherFrame(tag, start)
  }

  @inline(never)
  private func otherFrame(_ tag: UInt8, _ start: Int) -> Int {
    var length = UInt64(truncatingIfNeeded: count &- start)
    let size = Self.varintSize(length)
    let first = start &- size &- 1
    unsafe base.storeBytes(of: tag, toByteOffset: first, as: UInt8.self)
    for index in 1..<size {
      unsafe base.storeBytes(of: UInt8(truncatingIfNeeded: length) | 0x80, toByteOffset: first &+ index, as: UInt8.self)
      length >>= 7
    }
    unsafe base.storeBytes(of: UInt8(truncatingIfNeeded: length), toByteOffset: start &- 1, as: UInt8.self)
    return first
  }
}
