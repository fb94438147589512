package import TelemetryCore

/// The text of an option's value, and the option for errors.
package struct OptionValue: Sendable {
  /// The option with dashes.
  package let option: String
  package let text: String

  package func refused(allowed: String) -> ConfigurationError {
    ConfigurationError(option: option, value: text, allowed: allowed)
  }
}
