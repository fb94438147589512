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

  /// The value with three decimal places; nil if the value isn't finite or above 10^15.
  package static func fixed(_ value: Double) -> String? {
    guard value.isFinite, abs(value) < 1e15 else { return nil }
    let thousandths = Int((value * 1000).rounded())
    let (whole, rest) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
    return "\(thousandths < 0 ? "-" : "")\(whole).\(CivilDate.digits(Int(rest), 3))"
  }

  /// The time in UTC, with nanoseconds (RFC 3339, 5.6).
  package static func time(_ nanoseconds: UInt64) -> String {
    let seconds = Int(nanoseconds / 1_000_000_000)
    let clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { CivilDate.digits($0, 2) }
    let fraction = CivilDate.digits(Int(nanoseconds % 1_000_000_000), 9)
    return "\(CivilDate(daysSince1970: seconds / 86_400).text)T\(clock.joined(separator: ":")).\(fraction)Z"
  }
}
