/// Takes the attributes of a log record while it is emitted, without a collection of them. A value that was set before for the
/// same key is replaced.
@safe
public struct LogRecordAttributes: ~Copyable {
  var appender: AttributeAppender

  @inline(__always)
  init(_ appender: consuming AttributeAppender) { self.appender = appender }

  /// Sets a text.
  public mutating func set(_ key: String, _ value: String) { appender.set(key, plain: value) }

  /// Sets an integer.
  public mutating func set(_ key: String, _ value: Int) { appender.set(key, plain: Int64(value)) }

  /// Sets a floating-point number.
  public mutating func set(_ key: String, _ value: Double) { appender.set(key, plain: value) }

  /// Sets a truth value.
  public mutating func set(_ key: String, _ value: Bool) { appender.set(key, plain: value) }

  /// Sets a value of any kind.
  @_disfavoredOverload
  public mutating func set(_ key: String, _ value: AttributeValue) { appender.set(key, value) }
}
