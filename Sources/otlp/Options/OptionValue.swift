package import TelemetryCore

/// The text that was given as an option's value, and the ways to read it. Errors name the option, the text and what
/// is allowed.
package struct OptionValue {
  /// The option as the user wrote it, with its dashes.
  package let option: String
  package let text: String

  package init(option: String, text: String) {
    self.option = option
    self.text = text
  }

  package func refused(allowed: String) -> ConfigurationError {
    ConfigurationError(option: option, value: text, allowed: allowed)
  }

  /// A whole number.
  package func integer(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw refused(allowed: "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A time: seconds, or a number with `ms`, `s`, `m` or `h`.
  package func duration(from least: Duration = .zero) throws(ConfigurationError) -> Duration {
    guard let value = Duration(text: text), value >= least else {
      let bound = least == .zero ? "from 0" : "above 0"
      throw refused(allowed: "a time \(bound) such as 2, 2s, 500ms, 5m or 1h, at most 24h")
    }
    return value
  }

  /// A time in a range.
  package func duration(in range: ClosedRange<Duration>) throws(ConfigurationError) -> Duration {
    guard let value = Duration(text: text), range.contains(value) else {
      throw refused(allowed: "\(range.lowerBound.shortText) to \(range.upperBound.shortText)")
    }
    return value
  }

  /// One of a few words.
  package func choice<Value>(_ choices: KeyValuePairs<String, Value>) throws(ConfigurationError) -> Value {
    guard let value = choices.first(where: { $0.key == text })?.value else {
      throw refused(allowed: choices.map(\.key).joined(separator: ", "))
    }
    return value
  }

  /// A path, which may be anything but empty.
  package func path() throws(ConfigurationError) -> String {
    guard !text.isEmpty else { throw refused(allowed: "the path of a file") }
    return text
  }
}
