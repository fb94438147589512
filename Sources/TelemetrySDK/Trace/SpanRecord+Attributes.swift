extension SpanRecord {
  /// Sets an attribute to a value that has no limit but that of a text's length, unless the span has ended, the key is empty, or
  /// the most attributes are set (RULES 4.5).
  @inline(__always)
  func setAttribute<Value: AppendableValue>(_ key: String, plain value: Value) {
    let lock = lock
    lock.lock()
    defer { lock.unlock() }
    let head = unsafe head
    let start = unsafe head.pointee.message.count
    guard unsafe head.pointee.attributeCount < head.pointee.maxAttributes,
      case let keySize = unsafe head.pointee.message.shortAttribute(
        WireTags.Span.attributes, key, value, most: head.pointee.maxValueBytes), keySize > 0
    else { return unsafe setLongAttribute(key, value, head) }
    unsafe appended(keyOffset: ProtobufAppender.shortKeyOffset, keySize, start, head)
  }

  /// Sets an attribute by the slow way, under the lock.
  @unsafe
  @inline(never)
  private func setLongAttribute<Value: AppendableValue>(
    _ key: String, _ value: Value, _ head: UnsafeMutablePointer<Head>
  ) {
    let keySize = key.utf8.count
    guard unsafe head.pointee.phase != .ended, keySize > 0 else { return }
    let value = value.limited(by: limits.values)
    guard unsafe head.pointee.attributeCount < head.pointee.maxAttributes else {
      return unsafe Self.setAtLimit(key, value, head)
    }
    let start = unsafe head.pointee.message.count
    let place = unsafe Value.append(key, keySize, value, WireTags.Span.attributes, to: &head.pointee.message)
    unsafe appended(keyOffset: place - start, keySize, start, head)
  }

  /// An attribute was appended, from `start` on.
  @unsafe
  @inline(__always)
  private func appended(keyOffset: Int, _ keySize: Int, _ start: Int, _ head: UnsafeMutablePointer<Head>) {
    let key = unsafe UnsafeRawBufferPointer(start: head.pointee.message.base + start + keyOffset, count: keySize)
    if unsafe filter.insert(key) {
      unsafe Self.replace(key, start, head)
    } else {
      unsafe head.pointee.attributeCount &+= 1
    }
  }

  /// An attribute can't be recorded.
  func attributeDropped() {
    unsafe withLock { head, _ in
      if unsafe head.pointee.phase != .ended { unsafe head.pointee.droppedAttributes.increase() }
    }
  }

  /// The attribute from `start` on has a key that an earlier one may have. Its bytes then replace the earlier one's.
  @unsafe
  @inline(never)
  private static func replace(_ key: UnsafeRawBufferPointer, _ end: Int, _ head: UnsafeMutablePointer<Head>) {
    guard let old = unsafe place(of: key, before: end, head) else { return unsafe head.pointee.attributeCount &+= 1 }
    unsafe moveLast(from: end, over: old, head)
  }

  /// The attribute from `end` on replaces an earlier one in its place.
  @unsafe
  private static func moveLast(from end: Int, over old: Range<Int>, _ head: UnsafeMutablePointer<Head>) {
    let start = unsafe head.pointee.fieldsStart
    let size = unsafe head.pointee.message.count - end
    unsafe head.pointee.message.moveTail(from: end, over: old)
    unsafe head.pointee.index?.didReplace(old.lowerBound - start..<old.upperBound - start, by: size)
  }

  /// The range of the attribute with this key in front of `end`. Of many attributes an index is made, so that setting each of
  /// them doesn't take time with the square of their number.
  @unsafe
  private static func place(
    of key: UnsafeRawBufferPointer, before end: Int, _ head: UnsafeMutablePointer<Head>
  ) -> Range<Int>? {
    let start = unsafe head.pointee.fieldsStart
    guard unsafe head.pointee.attributeCount >= AttributeIndex.minCount else {
      return unsafe head.pointee.message.attribute(WireTags.Span.attributes, key, in: start..<end)
    }
    let index = unsafe head.pointee.index ?? AttributeIndex()
    unsafe head.pointee.index = index
    return unsafe index.range(of: key, in: head.pointee.message, from: start, to: end)
  }

  /// The most attributes are set, so only one of them can be replaced.
  @unsafe
  @inline(never)
  private static func setAtLimit<Value: AppendableValue>(
    _ key: String, _ value: Value, _ head: UnsafeMutablePointer<Head>
  ) {
    let end = unsafe head.pointee.message.count
    let old = unsafe ProtobufAppender.withBytes(of: key) { unsafe place(of: $0, before: end, head) }
    guard let old else { return unsafe head.pointee.droppedAttributes.increase() }
    _ = unsafe Value.append(key, key.utf8.count, value, WireTags.Span.attributes, to: &head.pointee.message)
    unsafe moveLast(from: end, over: old, head)
  }
}

extension UInt32 {
  /// Adds one; stays at the largest value.
  mutating func increase() { if self < .max { self &+= 1 } }
}

extension ProtobufAppender {
  /// The range of the attribute with this tag and key, among the fields in `range`, all of which have a length.
  @unsafe
  func attribute(_ attributeTag: UInt8, _ key: UnsafeRawBufferPointer, in range: Range<Int>) -> Range<Int>? {
    var position = range.lowerBound
    while position < range.upperBound {
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
