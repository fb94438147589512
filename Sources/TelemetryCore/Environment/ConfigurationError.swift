/// A value that can't be used: it names the option, the value and what is allowed.
public struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// The option as its user knows it: a property, a command-line option or an environment variable.
  public let option: String
  /// The refused value without what may be a secret: one with a line break, with PEM text or of more than 64 characters
  /// is its length, and the credentials of a URL are `[REDACTED]`.
  public let value: String
  /// What would be accepted.
  public let allowed: String

  /// Makes an error.
  public init(option: String, value: String, allowed: String) {
    self.option = option
    self.value = Redaction.shown(value)
    self.allowed = allowed
  }

  /// One sentence: option, value and what is allowed.
  public var description: String { "\(option): '\(value)' is not allowed; allowed: \(allowed)" }

  /// The same error under another name of the option.
  public func renamed(_ option: String) -> ConfigurationError {
    ConfigurationError(option: option, value: value, allowed: allowed)
  }

  /// Throws unless `value` lies in `range`.
  package static func require<Value: Comparable & Sendable>(
    _ option: String, _ value: Value, in range: ClosedRange<Value>
  ) throws(ConfigurationError) {
    guard range.contains(value) else {
      throw ConfigurationError(
        option: option, value: "\(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}
