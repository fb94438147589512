internal import HTTP2Transport
internal import TelemetryCore

/// Reads the pause in an HTTP server's `Retry-After` (RFC 9110, 10.2.3): seconds, or a date relative to the response's
/// own `Date`, so that this machine's clock doesn't matter.
enum RetryAfter {
  /// The longest pause in seconds: a longer one is likely a mistake.
  static let longest = 3_600

  /// - Returns: The pause; nil if there is none or it can't be read.
  static func pause(in fields: ReceivedHeaders) -> Duration? {
    let seconds = unsafe fields.withValue(for: "retry-after") { unsafe number(of: $0) } ?? nil
    let pause = seconds ?? untilDate(in: fields)
    return pause.flatMap { $0 > 0 ? .seconds(min($0, longest)) : nil }
  }

  private static func number(of text: UnsafeBufferPointer<UInt8>) -> Int? {
    guard !text.isEmpty, unsafe text.allSatisfy(\.isASCIIDigit) else { return nil }
    return unsafe text.reduce(0) { min($0 * 10 + Int($1 - 0x30), longest + 1) }
  }

  private static func untilDate(in fields: ReceivedHeaders) -> Int? {
    guard let date = fields.value(for: "retry-after").flatMap(secondsOfDate),
      let now = fields.value(for: "date").flatMap(secondsOfDate)
    else { return nil }
    return date - now
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
