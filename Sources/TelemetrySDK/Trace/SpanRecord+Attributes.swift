extension SpanRecord {
  /// Sets an attribute, unless the span has ended, the key is empty, or the count limit is reached (RULES 4.5). `append` writes
  /// the attribute at the message's end; user code must not run in it.
  @inline(__always)
  func setAttribute(
    _ key: String, _ append: (inout ProtobufAppender, UnsafeRawBufferPointer) -> Void
  ) {
    unsafe ProtobufAppender.withBytes(of: key) { key in
      unsafe withLock { head, filter in
        guard unsafe head.pointee.phase != .ended, key.count > 0 else { return }
        if unsafe filter.insert(key) {
          unsafe Self.setRepeated(key, head, append)
        } else {
          unsafe Self.addAttribute(key, head, append)
        }
      }
    }
  }

  @inline(__always)
  func setAttribute(_ key: String, _ value: String) {
    unsafe ProtobufAppender.withBytes(of: value) { value in
      let value = unsafe value.count > maxValueBytes ? Self.truncated(value, to: maxValueBytes) : value
      unsafe setAttribute(key) { unsafe $0.attribute(SpanTags.attribute, $1, string: value) }
    }
  }

  /// Adds an attribute with a new key.
  @unsafe
  @inline(__always)
  private static func addAttribute(
    _ key: UnsafeRawBufferPointer, _ head: UnsafeMutablePointer<Head>,
    _ append: (inout ProtobufAppender, UnsafeRawBufferPointer) -> Void
  ) {
    guard unsafe head.pointee.attributeCount < head.pointee.maxAttributes else {
      return unsafe head.pointee.droppedAttributes.increase()
    }
    unsafe head.pointee.attributeCount &+= 1
    unsafe append(&head.pointee.message, key)
  }

  /// Sets an attribute with a key that may exist. The new value replaces the old bytes.
  @unsafe
  @inline(never)
  private static func setRepeated(
    _ key: UnsafeRawBufferPointer, _ head: UnsafeMutablePointer<Head>,
    _ append: (inout ProtobufAppender, UnsafeRawBufferPointer) -> Void
  ) {
    guard let old = unsafe place(of: key, head) else { return unsafe addAttribute(key, head, append) }
    let (start, end) = unsafe (head.pointee.fieldsStart, head.pointee.message.count)
    unsafe append(&head.pointee.message, key)
    let size = unsafe head.pointee.message.count - end
    unsafe head.pointee.message.moveTail(from: end, over: old)
    unsafe head.pointee.index?.didReplace(old.lowerBound - start..<old.upperBound - start, by: size)
  }

  /// The range of the attribute with this key. Of many attributes an index is made, so that setting each of them doesn't take
  /// time with the square of their number.
  @unsafe
  private static func place(
    of key: UnsafeRawBufferPointer, _ head: UnsafeMutablePointer<Head>
  ) -> Range<Int>? {
    let start = unsafe head.pointee.fieldsStart
    guard unsafe head.pointee.attributeCount >= AttributeIndex.minCount else {
      return unsafe head.pointee.message.attribute(SpanTags.attribute, key, from: start)
    }
    let index = unsafe head.pointee.index ?? AttributeIndex()
    unsafe head.pointee.index = index
    return unsafe index.range(of: key, in: head.pointee.message, from: start)
  }

  /// The first `limit` characters of a text, each a Unicode scalar (RULES 4.5.2).
  @unsafe
  static func truncated(_ text: UnsafeRawBufferPointer, to limit: Int) -> UnsafeRawBufferPointer {
    var characters = 0
    for index in text.indices where unsafe text[index] & 0xC0 != 0x80 {
      if characters == limit { return unsafe UnsafeRawBufferPointer(rebasing: text[..<index]) }
      characters += 1
    }
    return unsafe text
  }
}

extension UInt32 {
  /// Adds one; stays at the largest value.
  mutating func increase() { if self < .max { self &+= 1 } }
}

extension ProtobufAppender {
  /// The range of the attribute with this tag and key, among the fields from `start` on, all of which have a length.
  @unsafe
  func attribute(_ attributeTag: UInt8, _ key: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
    var position = start
    while position < count {
      let field = position
      let tag = unsafe base.load(fromByteOffset: position, as: UInt8.self)
      position += 1
      let length = readVarint(&position)
      if tag == attributeTag, unsafe hasKey(key, at: position) { return field..<position + length }
      position += length
    }
    return nil
  }

  /// True if the `KeyValue` at `position` has this key.
  @unsafe
  private func hasKey(_ key: UnsafeRawBufferPointer, at position: Int) -> Bool {
    var position = position + 1
    guard readVarint(&position) == key.count, let start = key.baseAddress else { return false }
    let stored = unsafe UnsafeRawBufferPointer(start: base + position, count: key.count)
    return unsafe stored.elementsEqual(UnsafeRawBufferPointer(start: start, count: key.count))
  }

  /// Reads a varint that the appender wrote.
  func readVarint(_ position: inout Int) -> Int {
    var (result, shift) = (0, 0)
    while true {
      let byte = unsafe base.load(fromByteOffset: position, as: UInt8.self)
      position += 1
      result |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
  }

  /// Moves the bytes from `start` on to where `old` lies, which they replace.
  mutating func moveTail(from start: Int, over old: Range<Int>) {
    let size = count - start
    if size == old.count {
      unsafe (base + old.lowerBound).copyMemory(from: base + start, byteCount: size)
      return count = start
    }
    unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { copy in
      unsafe copy.copyMemory(from: UnsafeRawBufferPointer(start: base + start, count: size))
      unsafe (base + old.lowerBound + size).copyMemory(from: base + old.upperBound, byteCount: start - old.upperBound)
      unsafe (base + old.lowerBound).copyMemory(from: copy.baseAddress.unsafelyUnwrapped, byteCount: size)
    }
    count = start - old.count + size
  }
}
