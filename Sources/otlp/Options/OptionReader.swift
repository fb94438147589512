internal import TelemetryCore
internal import TelemetrySDK

/// Turns the text of an option into a value. The error names the option, the text and the allowed values.
package struct OptionReader<Value>: Sendable {
  /// The allowed values if they are few words.
  let choices: [String]
  /// The range of allowed values for the help; nil if there is none.
  let bounds: String?
  let read: @Sendable (OptionValue) throws(ConfigurationError) -> Value

  init(
    choices: [String] = [], bounds: String? = nil,
    _ read: @escaping @Sendable (OptionValue) throws(ConfigurationError) -> Value
  ) {
    self.choices = choices
    self.bounds = bounds
    self.read = read
  }

  var optional: OptionReader<Value?> { map { $0 } }

  func map<Other>(_ transform: @escaping @Sendable (Value) -> Other) -> OptionReader<Other> {
    OptionReader<Other>(choices: choices, bounds: bounds) { [read] value throws(ConfigurationError) in
      transform(try read(value))
    }
  }

  static func choice(_ values: KeyValuePairs<String, Value>) -> OptionReader where Value: Sendable {
    OptionReader(choices: values.map(\.key)) { value throws(ConfigurationError) in
      guard let match = values.first(where: { $0.key == value.text }) else {
        throw value.refused(allowed: values.map(\.key).joined(separator: ", "))
      }
      return match.value
    }
  }
}

extension OptionReader<String> {
  static var text: OptionReader { text(completing: []) }

  /// Any text, for which shells complete some words.
  static func text(completing choices: [String]) -> OptionReader { OptionReader(choices: choices) { $0.text } }

  /// A path, which may be anything but empty.
  static var path: OptionReader {
    OptionReader { value throws(ConfigurationError) in
      guard !value.text.isEmpty else { throw value.refused(allowed: "the path of a file") }
      return value.text
    }
  }
}

extension OptionReader<String> {
  /// A path that isn't a URL, whose password would be printed with the path.
  static var outputPath: OptionReader {
    OptionReader { value throws(ConfigurationError) in
      let scheme = value.text.firstRange(of: "://").map { value.text[..<$0.lowerBound] }
      if let scheme, !scheme.contains("/") {
        let allowed = "the path of a file or a folder, or - for standard output"
        throw ConfigurationError(option: value.option, value: "\(scheme)://…", allowed: allowed)
      }
      return try path.read(value)
    }
  }
}

extension OptionReader<Int> {
  static func integer(in range: ClosedRange<Int>) -> OptionReader {
    let bounds = "\(range.lowerBound) to \(range.upperBound)"
    return OptionReader(bounds: bounds) { value throws(ConfigurationError) in
      guard let number = Int(value.text), range.contains(number) else { throw value.refused(allowed: bounds) }
      return number
    }
  }
}

extension OptionReader<Duration> {
  static var duration: OptionReader { duration(from: .zero, "from 0") }

  static var positiveDuration: OptionReader { duration(from: .nanoseconds(1), "above 0") }

  private static func duration(from least: Duration, _ bound: String) -> OptionReader {
    OptionReader(bounds: "\(bound), at most 24h") { value throws(ConfigurationError) in
      guard let duration = Duration(text: value.text), duration >= least else {
        throw value.refused(allowed: "a time \(bound) such as 2, 2s, 500ms, 5m or 1h, at most 24h")
      }
      return duration
    }
  }

  static func duration(in range: ClosedRange<Duration>) -> OptionReader {
    let bounds = "\(range.lowerBound.shortText) to \(range.upperBound.shortText)"
    return OptionReader(bounds: bounds) { value throws(ConfigurationError) in
      guard let duration = Duration(text: value.text), range.contains(duration) else {
        throw value.refused(allowed: bounds)
      }
      return duration
    }
  }
}

extension OptionReader<OTLPSignal> {
  static var signal: OptionReader { .choice(["traces": .traces, "logs": .logs, "metrics": .metrics]) }
}

extension OptionReader<SpanData.Status.Code> {
  static var statusCode: OptionReader { .choice(["unset": .unset, "ok": .ok, "error": .error]) }
}
