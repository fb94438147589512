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

  /// - Returns: The seconds since 1970 of an HTTP-date in one of its three forms (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`,
  ///   `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
  static func secondsOfDate(_ text: String) -> Int? {
    let parts = text.split(separator: " ")
    switch parts.count {
    case 6 where parts[5] == "GMT": return seconds(parts[1], parts[2], number(parts[3], 1970...9999), parts[4])
    case 5: return seconds(parts[2], parts[1], number(parts[4], 1970...9999), parts[3])
    case 4 where parts[3] == "GMT":
      let date = parts[1].split(separator: "-", omittingEmptySubsequences: false)
      guard date.count == 3, date[2].utf8.count == 2, let year = number(date[2], 0...99) else { return nil }
      // The years from 1970 on, which is all that a server's clock can mean.
      return seconds(date[0], date[1], year < 70 ? 2000 + year : 1900 + year, parts[2])
    default: return nil
    }
  }

  private static func seconds(_ day: Substring, _ month: Substring, _ year: Int?, _ time: Substring) -> Int? {
    let clock = time.split(separator: ":", omittingEmptySubsequences: false)
    guard let year, let day = number(day, 1...31), let month = months.firstIndex(where: { $0 == month }),
      clock.count == 3, let hour = number(clock[0], 0...23), let minute = number(clock[1], 0...59),
      let second = number(clock[2], 0...60)
    else { return nil }
    let days = CivilDate(year: year, month: month + 1, day: day).daysSince1970
    return days * 86_400 + hour * 3_600 + minute * 60 + second
  }

  private static func number(_ text: Substring, _ range: ClosedRange<Int>) -> Int? {
    Int(decimal: text).flatMap { range.contains($0) ? $0 : nil }
  }
}
