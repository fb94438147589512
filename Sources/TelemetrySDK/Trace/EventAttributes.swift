/// Takes the attributes of an event while it is made, without a collection of them. A value that was set before for the same
/// key is replaced.
@safe
public struct EventAttributes: ~Copyable {
  // SAFETY: the event's memory outlives the attributes, unless they are exchanged, which `checkOrigin` finds out.
  var message: ProtobufAppender
  private let record: SpanRecord
  private let maxCount: Int
  private let maxValueBytes: Int
  /// The event's memory, by which it knows the attributes as its own.
  private let scratch: UnsafeMutableRawPointer
  /// The start of the attributes in the message.
  private let start: Int
  private var count = 0
  private(set) var dropped: UInt64 = 0
  /// A bit for each hash of a key that was set: an absent bit spares the search for an earlier value.
  private var keys: UInt64 = 0

  @unsafe
  init(_ message: consuming ProtobufAppender, _ record: SpanRecord, _ scratch: UnsafeMutableRawPointer) {
    start = message.count
    unsafe self.scratch = scratch
    self.message = message
    self.record = record
    maxCount = record.maxEventAttributes
    maxValueBytes = record.maxValueBytes
  }

  /// Ends the program if these are another event's attributes, by an exchange of both: their memory may not live as long.
  @unsafe
  func checkOrigin(_ scratch: UnsafeMutableRawPointer) {
    precondition(unsafe self.scratch == scratch, "an event's attributes were exchanged with those of another event")
  }

  /// Sets a text.
  public mutating func set(_ key: String, _ value: String) {
    guard value.utf8.count <= maxValueBytes else { return setLong(key, value) }
    set(key, unlimited: value)
  }

  @inline(never)
  private mutating func setLong(_ key: String, _ value: String) {
    let value = record.limits.limited(value)
    set(key, unlimited: value)
  }

  /// Sets an integer.
  public mutating func set(_ key: String, _ value: Int) {
    set(key, unlimited: Int64(value))
  }

  /// Sets a floating-point number.
  public mutating func set(_ key: String, _ value: Double) {
    set(key, unlimited: value)
  }

  /// Sets a truth value.
  public mutating func set(_ key: String, _ value: Bool) {
    set(key, unlimited: value)
  }

  /// Sets a value of any kind.
  @_disfavoredOverload
  public mutating func set(_ key: String, _ value: AttributeValue) {
    guard let value = record.limits.limited(value) else { return dropped += 1 }
    set(key, unlimited: value)
  }

  @inline(__always)
  private mutating func set<Value: AppendableValue>(_ key: String, unlimited value: Value) {
    let keySize = key.utf8.count
    guard keySize > 0 else { return }
    guard count < maxCount else { return setAtLimit(key, value) }
    let end = message.count
    let place = Value.append(key, keySize, value, WireTags.Event.attributes, to: &message)
    let bytes = unsafe UnsafeRawBufferPointer(start: message.base + place, count: keySize)
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
    let old = unsafe message.attribute(WireTags.Event.attributes, key, in: start..<end)
    if let old { message.moveTail(from: end, over: old) } else { count += 1 }
  }

  /// The most attributes are set, so only one of them can be replaced.
  @inline(never)
  private mutating func setAtLimit<Value: AppendableValue>(_ key: String, _ value: Value) {
    let end = message.count
    let old = unsafe ProtobufAppender.withBytes(of: key) { key in
      unsafe message.attribute(WireTags.Event.attributes, key, in: start..<end)
    }
    guard let old else { return dropped += 1 }
    _ = Value.append(key, key.utf8.count, value, WireTags.Event.attributes, to: &message)
    message.moveTail(from: end, over: old)
  }
}
