internal import HTTP2Transport
internal import TelemetryCore

/// The pause that an HTTP server names in `Retry-After` (RFC 9110, 10.2.3): seconds, or a date, which is taken relative
/// to the response's own `Date`, so that no clock of this machine matters.
enum RetryAfter {
  /// A longer pause is more likely a mistake than a wish.
  static let longest = 3_600

  /// The pause; nil if there is none, or none that can be read.
  static func pause(in fields: ReceivedHeaders) -> Duration? {
    let told = unsafe fields.withValue(for: "retry-after") { unsafe seconds($0) } ?? nil
    let pause = told ?? untilDate(in: fields)
    return pause.flatMap { $0 > 0 ? .seconds(min($0, longest)) : nil }
  }

  private static func seconds(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
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

  /// Seconds since 1970 of an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT`.
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

  /// Days from 1 January 1970 in the Gregorian calendar; years begin in March, so that a leap day is a year's last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
  }
}
