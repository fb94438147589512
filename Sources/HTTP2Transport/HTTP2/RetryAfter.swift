internal import TelemetryCore

/// Reads the pause in an HTTP server's `Retry-After` (RFC 9110, 10.2.3): seconds, or a date relative to the response's
/// own `Date`, so that this machine's clock doesn't matter.
package enum RetryAfter {
  /// The longest pause in seconds: a longer one is likely a mistake.
  package static let longest = 3_600

  /// - Returns: The pause; nil if there is none or it can't be read.
  package static func pause(in fields: ReceivedHeaders) -> Duration? {
    fields.value(for: "retry-after").flatMap { pause($0, date: fields.value(for: "date")) }
  }

  /// - Parameters:
  ///   - text: The value of `Retry-After`.
  ///   - date: The value of `Date`.
  /// - Returns: The pause; nil if the value can't be read.
  package static func pause(_ text: String, date: String?) -> Duration? {
    let seconds = number(of: text) ?? untilDate(text, date)
    return seconds.flatMap { $0 > 0 ? .seconds(min($0, longest)) : nil }
  }

  private static func number(of text: String) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
    return text.utf8.reduce(0) { min($0 * 10 + Int($1 - 0x30), longest + 1) }
  }

  private static func untilDate(_ text: String, _ date: String?) -> Int? {
    guard let end = secondsOfDate(text), let now = date.flatMap(secondsOfDate) else { return nil }
    return end - now
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// - Returns: The seconds since 1970 of an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func secondsOfDate(_ text: String) -> Int? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = number(parts[1], 1...31),
      let month = months.firstIndex(where: { $0 == parts[2] }), let year = number(parts[3], 1970...9999)
    else { return nil }
    let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = number(clock[0], 0...23), let minute = number(clock[1], 0...59),
      let second = number(clock[2], 0...60)
    else { return nil }
    return days(year, month + 1, day) * 86_400 + hour * 3_600 + minute * 60 + second
  }

  private static func number(_ text: Substring, _ range: ClosedRange<Int>) -> Int? {
    Int(decimal: text).flatMap { range.contains($0) ? $0 : nil }
  }

  /// - Returns: The days since 1 January 1970. Years begin in March here, so a leap day is the last day of a year.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
  }
}
