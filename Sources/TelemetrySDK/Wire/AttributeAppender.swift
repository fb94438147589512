/// Appends attributes to a message in its maker's memory, without a collection of them. A value that was set before for the same
/// key is replaced.
@safe
struct AttributeAppender: ~Copyable {
  // SAFETY: the maker's memory outlives the appender, unless appenders are exchanged, which `checkOrigin` finds out.
  var message: ProtobufAppender
  private let tag: UInt8
  private let maxCount: Int
  private let limits: ValueLimits
  /// The maker's memory, by which it knows the appender as its own.
  private let scratch: UnsafeMutableRawPointer
  /// The start of the attributes in the message.
  private let start: Int
  private var count = 0
  private(set) var dropped: UInt64 = 0
  /// A bit for each hash of a key that was set: an absent bit spares the search for an earlier value.
  private var keys: UInt64 = 0

  /// - Parameters:
  ///   - message: The message up to its attributes, in `scratch`.
  ///   - tag: The tag of an attribute.
  ///   - most: The most attributes.
  @unsafe
  @inline(__always)
  init(
    _ message: consuming ProtobufAppender, _ tag: UInt8, most: Int, _ limits: ValueLimits,
    _ scratch: UnsafeMutableRawPointer
  ) {
    start = message.count
    unsafe self.scratch = scratch
    self.message = message
    self.tag = tag
    self.limits = limits
    maxCount = most
  }

  /// Ends the program if this is the appender of another maker, by an exchange of both: its memory may not live as long.
  @unsafe
  func checkOrigin(_ scratch: UnsafeMutableRawPointer) {
    precondition(unsafe self.scratch == scratch, "attributes were exchanged with those of another event or log record")
  }

  mutating func set(_ key: String, _ value: AttributeValue) {
    guard let value: AttributeValue = limits.limited(value) else { return dropped += 1 }
    set(key, plain: value)
  }

  /// Sets those attributes whose keys are absent.
  mutating func add(_ attributes: Attributes) {
    for attribute in attributes {
      let place = unsafe ProtobufAppender.withBytes(of: attribute.key) { key in
        unsafe message.attribute(tag, key, in: start..<message.count)
      }
      if place == nil { set(attribute.key, attribute.value) }
    }
  }

  /// Sets an attribute to a value that has no limit but that of a text's length.
  @inline(__always)
  mutating func set<Value: AppendableValue>(_ key: String, plain value: Value) {
    let end = message.count
    guard count < maxCount, case let keySize = message.shortAttribute(tag, key, value, most: limits.length), keySize > 0
    else { return setLong(key, value.limited(by: limits)) }
    appended(keyOffset: ProtobufAppender.shortKeyOffset, keySize, end)
  }

  @inline(never)
  private mutating func setLong<Value: AppendableValue>(_ key: String, _ value: Value) {
    let keySize = key.utf8.count
    guard keySize > 0 else { return }
    guard count < maxCount else { return setAtLimit(key, value) }
    let end = message.count
    let place = Value.append(key, keySize, value, tag, to: &message)
    appended(keyOffset: place - end, keySize, end)
  }

  /// An attribute was appended, from `end` on.
  @inline(__always)
  private mutating func appended(keyOffset: Int, _ keySize: Int, _ end: Int) {
    let bytes = unsafe UnsafeRawBufferPointer(start: message.base + end + keyOffset, count: keySize)
    let bit = UInt64(1) << (unsafe KeyFilter.hash(bytes) & 63)
    if keys & bit != 0 {
      unsafe replace(bytes, end)
    } else {
      keys |= bit
      count &+= 1
    }
  }

  /// The attribute from `end` on has a key that an earlier one may have. Its bytes then replace the earlier one's.
  @unsafe
  @inline(never)
  private mutating func replace(_ key: UnsafeRawBufferPointer, _ end: Int) {
    let old = unsafe message.attribute(tag, key, in: start..<end)
    if let old { message.moveTail(from: end, over: old) } else { count += 1 }
  }

  /// The most attributes are set, so only one of them can be replaced.
  @inline(never)
  private mutating func setAtLimit<Value: AppendableValue>(_ key: String, _ value: Value) {
    let end = message.count
    let old = unsafe ProtobufAppender.withBytes(of: key) { key in
      unsafe message.attribute(tag, key, in: start..<end)
    }
    guard let old else { return dropped += 1 }
    _ = Value.append(key, key.utf8.count, value, tag, to: &message)
    message.moveTail(from: end, over: old)
  }
}
