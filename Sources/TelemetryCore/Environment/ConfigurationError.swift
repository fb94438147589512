/// A configuration value that isn't allowed. The error names the option, the value and the allowed values.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// The name of the option: a property, a command-line option or an environment variable.
  public let option: String
  /// The refused value without secrets. A value with a line break, with PEM text or of more than 64 characters is
  /// replaced by the length; the credentials and the query of a URL are replaced by `[REDACTED]`.
  public let value: String
  /// A description of the allowed values.
  public let allowed: String

  /// Makes an error.
  public init(option: String, value: String, allowed: String) {
    self.option = option
    self.value = Redaction.shown(value)
    self.allowed = allowed
  }

  /// A sentence with option, value and allowed values.
  public var description: String { "\(option): '\(value)' is not allowed; allowed: \(allowed)" }

  /// The same error with another name of the option.
  public func renamed(_ option: String) -> ConfigurationError {
    ConfigurationError(option: option, value: value, allowed: allowed)
  }

  /// Throws unless `value` is in `range`.
  package static func require<Value: Comparable & Sendable>(
    _ option: String, _ value: Value, in range: ClosedRange<Value>
  ) throws(ConfigurationError) {
    guard range.contains(value) else {
      throw ConfigurationError(
        option: option, value: "\(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}
