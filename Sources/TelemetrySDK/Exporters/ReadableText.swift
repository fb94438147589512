internal import TelemetryCore

/// An item that the console exporter shows.
protocol ReadableItem {
  /// Writes the item as readable lines. Control characters, which could control a terminal, become blanks.
  func appendText(to text: inout String)
}

/// The parts of readable text that items of all signals share.
package enum ReadableText {
  static func append(
    _ attributes: Attributes, _ dropped: UInt32, _ indent: String, to text: inout String
  ) {
    for attribute in attributes { text += "\(indent)\(clean(attribute.key)) = \(value(attribute.value))\n" }
    if dropped > 0 { text += "\(indent)attributes dropped: \(dropped)\n" }
  }

  static func clean(_ text: String) -> String { text.sanitized(limit: 4096) }

  static func value(_ value: AttributeValue) -> String {
    switch value {
    case .string(let text): clean(text)
    case .bool(let flag): "\(flag)"
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .bytes(let bytes):
      "\(bytes.count) bytes " + Hexadecimal.text(of: bytes.prefix(32)) + (bytes.count > 32 ? "…" : "")
    case .array(let array): "[" + array.map(Self.value).joined(separator: ", ") + "]"
    case .map(let attributes):
      "{" + attributes.map { "\(clean($0.key)): \(Self.value($0.value))" }.joined(separator: ", ") + "}"
    case .empty: "(empty)"
    }
  }

  /// The value with three decimal places.
  static func fixed(_ value: Double) -> String {
    guard value.isFinite, value < 1e15 else { return "\(value)" }
    let thousandths = Int64((value * 1000).rounded())
    return "\(thousandths / 1000).\(padded(thousandths % 1000, 3))"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// The time in UTC, with nanoseconds (RFC 3339, 5.6).
  package static func time(_ nanoseconds: UInt64) -> String {
    let seconds = Int64(nanoseconds / 1_000_000_000)
    let (days, second) = (seconds / 86_400, seconds % 86_400)
    // The civil date from the days since 1970, in eras of 400 years that begin in March.
    let shifted = days + 719_468
    let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let clock = [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }.joined(separator: ":")
    let fraction = padded(Int64(nanoseconds % 1_000_000_000), 9)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock).\(fraction)Z"
  }
}
