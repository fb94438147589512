/// A value of an attribute, as a parameter of generic functions. A closure that writes the attribute would retain its key.
protocol AppendableValue {
  /// Appends a `KeyValue`.
  /// - Returns: The position of the key's bytes in the message.
  static func append(
    _ key: String, _ keySize: Int, _ value: Self, _ tag: UInt8, to message: inout ProtobufAppender
  ) -> Int

  /// Writes the value's field of a `KeyValue` where a short attribute has room (`ProtobufAppender.shortAttribute`).
  /// - Parameter most: The most bytes of a text.
  /// - Returns: The field's size; -1 for a value that isn't short.
  @unsafe
  static func putShort(_ value: Self, at target: UnsafeMutableRawPointer, most: Int) -> Int

  /// The value within the limits, if it is of a kind that its users don't limit before.
  func limited(by limits: ValueLimits) -> Self
}

extension AppendableValue {
  func limited(by limits: ValueLimits) -> Self { self }
}

extension String: AppendableValue {
  @inline(__always)
  static func append(
    _ key: String, _ keySize: Int, _ value: String, _ tag: UInt8, to message: inout ProtobufAppender
  ) -> Int {
    message.attribute(tag, key, keySize, string: value, value.utf8.count)
  }

  func limited(by limits: ValueLimits) -> String { limits.limited(self) }
}

extension Int64: AppendableValue {
  @inline(__always)
  static func append(
    _ key: String, _ keySize: Int, _ value: Int64, _ tag: UInt8, to message: inout ProtobufAppender
  ) -> Int {
    message.attribute(tag, key, keySize, int: value)
  }
}

extension Double: AppendableValue {
  @inline(__always)
  static func append(
    _ key: String, _ keySize: Int, _ value: Double, _ tag: UInt8, to message: inout ProtobufAppender
  ) -> Int {
    message.attribute(tag, key, keySize, double: value)
  }
}

extension Bool: AppendableValue {
  @inline(__always)
  static func append(
    _ key: String, _ keySize: Int, _ value: Bool, _ tag: UInt8, to message: inout ProtobufAppender
  ) -> Int {
    message.attribute(tag, key, keySize, bool: value)
  }
}

extension AttributeValue: AppendableValue {
  static func append(
    _ key: String, _ keySize: Int, _ value: AttributeValue, _ tag: UInt8, to message: inout ProtobufAppender
  ) -> Int {
    message.attribute(tag, key, value)
  }
}
