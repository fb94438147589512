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

extension Duration {
  private static let units: KeyValuePairs<String, Int64> = [
    "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000, "": 1_000_000_000,
  ]
  private static let longest: Int64 = 86_400_000_000_000

  /// Reads `2`, `2s`, `1.5s`, `500ms`, `5m` or `1h`: at most a day, in whole nanoseconds; nil for anything else.
  package init?(text: String) {
    guard let (suffix, unit) = Self.units.first(where: { text.hasSuffix($0.key) }) else { return nil }
    let parts = text.dropLast(suffix.count).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let first = parts.first, let whole = Int64(first), whole <= Self.longest / unit
    else { return nil }
    var nanoseconds = whole * unit
    if parts.count == 2 {
      var scale = unit
      for digit in parts[1].utf8.prefix(13) {
        nanoseconds += scale / 10 * Int64(digit - 0x30) + scale % 10 * Int64(digit - 0x30) / 10
        scale /= 10
      }
    }
    guard nanoseconds <= Self.longest else { return nil }
    self = .nanoseconds(nanoseconds)
  }

  /// In seconds, for reports.
  package var inSeconds: Double { Double(clampedNanoseconds) / 1e9 }

  /// As `--timeout` and others take it.
  package var shortText: String {
    let milliseconds = clampedNanoseconds / 1_000_000
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
  }
}
