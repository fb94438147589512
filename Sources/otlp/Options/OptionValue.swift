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

  /// A time: seconds, or a number with `s` or `ms`.
  package func duration(from least: Duration = .zero) throws(ConfigurationError) -> Duration {
    guard let value = Duration(text: text), value >= least else {
      let bound = least == .zero ? "from 0" : "above 0"
      throw refused(allowed: "a time \(bound) such as 2, 2s or 500ms, at most 1 day")
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

extension Duration {
  /// Reads `2`, `2s`, `1.5s` or `500ms`: at most a day, in whole nanoseconds; nil for anything else.
  package init?(text: String) {
    var digits = text[...]
    var unit: Int64 = 1_000_000_000
    if digits.hasSuffix("ms") {
      digits.removeLast(2)
      unit = 1_000_000
    } else if digits.hasSuffix("s") {
      digits.removeLast()
    }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), !parts.isEmpty,
      let whole = Int64(parts[0]), whole <= 86_400_000
    else { return nil }
    var nanoseconds = whole * unit
    if parts.count == 2 {
      var scale = unit
      for digit in parts[1].utf8.prefix(9) {
        scale /= 10
        nanoseconds += Int64(digit - 0x30) * scale
      }
    }
    guard nanoseconds <= 86_400_000_000_000 else { return nil }
    self = .nanoseconds(nanoseconds)
  }

  /// In seconds, for reports.
  package var inSeconds: Double { Double(clampedNanoseconds) / 1e9 }
}
