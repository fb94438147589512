/// Takes the attributes of an event while it is made, without a collection of them. A value that was set before for the same
/// key is replaced.
public struct EventAttributes: ~Copyable {
  var message: ProtobufAppender
  private let limits: RecordingLimits
  /// The start of the attributes in the message.
  private let start: Int
  private var count = 0
  private(set) var dropped: UInt64 = 0

  init(_ message: consuming ProtobufAppender, _ limits: RecordingLimits) {
    start = message.count
    self.message = message
    self.limits = limits
  }

  /// Sets a text.
  public mutating func set(_ key: String, _ value: String) {
    unsafe ProtobufAppender.withBytes(of: value) { value in
      let value = unsafe value.count > limits.valueLength ? SpanRecord.truncated(value, to: limits.valueLength) : value
      unsafe set(key) { unsafe $0.attribute(WireTags.Event.attributes, $1, string: value) }
    }
  }

  /// Sets an integer.
  public mutating func set(_ key: String, _ value: Int) {
    unsafe set(key) { unsafe $0.attribute(WireTags.Event.attributes, $1, int: Int64(value)) }
  }

  /// Sets a floating-point number.
  public mutating func set(_ key: String, _ value: Double) {
    unsafe set(key) { unsafe $0.attribute(WireTags.Event.attributes, $1, double: value) }
  }

  /// Sets a truth value.
  public mutating func set(_ key: String, _ value: Bool) {
    unsafe set(key) { unsafe $0.attribute(WireTags.Event.attributes, $1, bool: value) }
  }

  /// Sets a value of any kind.
  @_disfavoredOverload
  public mutating func set(_ key: String, _ value: AttributeValue) {
    guard let value = limits.limited(value) else { return dropped += 1 }
    unsafe set(key) { unsafe $0.attribute(WireTags.Event.attributes, $1, value) }
  }

  @inline(__always)
  private mutating func set(
    _ key: String, _ append: (inout ProtobufAppender, UnsafeRawBufferPointer) -> Void
  ) {
    unsafe ProtobufAppender.withBytes(of: key) { key in
      guard key.count > 0 else { return }
      let old = count == 0 ? nil : unsafe message.attribute(WireTags.Event.attributes, key, from: start)
      guard old != nil || count < limits.attributesPerEvent else { return dropped += 1 }
      let end = message.count
      unsafe append(&message, key)
      if let old { message.moveTail(from: end, over: old) } else { count &+= 1 }
    }
  }
}
