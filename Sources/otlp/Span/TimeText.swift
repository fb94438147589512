internal import TelemetryCore

/// Reads a moment: seconds since 1970 with up to nine decimals, as `date +%s.%N` prints, or a time by RFC 3339.
package enum TimeText {
  /// The last second of which all nanoseconds since 1970 fit into 64 bits.
  private static let lastSecond: UInt64 = 18_446_744_072

  /// Nanoseconds since 1970; nil for any other text, and for a moment before 1970 or after 2554.
  package static func nanoseconds(_ text: String) -> UInt64? {
    if text.contains("T") || text.contains("t") { return date(text) }
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let seconds = UInt64(decimal: parts[0]), let fraction = fraction(parts.dropFirst().first) else { return nil }
    return sum(seconds, fraction)
  }

  /// The time by RFC 3339, in UTC, with as many decimals as it needs.
  package static func text(_ nanoseconds: UInt64) -> String {
    let (seconds, fraction) = (Int(nanoseconds / 1_000_000_000), Int(nanoseconds % 1_000_000_000))
    var decimals = CivilDate.digits(fraction, 9)
    while decimals.last == "0" { decimals.removeLast() }
    let time = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { CivilDate.digits($0, 2) }
    return "\(CivilDate(daysSince1970: seconds / 86_400).text)T\(time.joined(separator: ":"))"
      + (decimals.isEmpty ? "Z" : ".\(decimals)Z")
  }

  private static func sum(_ seconds: UInt64, _ fraction: UInt64) -> UInt64? {
    seconds <= lastSecond ? seconds * 1_000_000_000 + fraction : nil
  }

  /// The nanoseconds of the digits behind a point; 0 if there is no point.
  private static func fraction(_ digits: Substring?) -> UInt64? {
    guard let digits else { return 0 }
    guard (1...9).contains(digits.utf8.count) else { return nil }
    return UInt64(decimal: digits + String(repeating: "0", count: 9 - digits.utf8.count))
  }

  /// `2026-11-30T05:00:00.5Z`, or with an offset such as `+01:00` (RFC 3339, 5.6).
  private static func date(_ text: String) -> UInt64? {
    let pattern = /(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))/
    guard text.utf8.allSatisfy({ $0 < 0x80 }), let match = text.wholeMatch(of: pattern)?.output,
      let year = Int64(match.1), let month = Int64(match.2), let day = Int64(match.3), let hour = Int64(match.4),
      let minute = Int64(match.5), let second = Int64(match.6), let fraction = fraction(match.7),
      (1...12).contains(month), (1...days(in: month, of: year)).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    let (offsetHours, offsetMinutes) = (Int64(match.9 ?? "0") ?? 0, Int64(match.10 ?? "0") ?? 0)
    guard offsetHours < 24, offsetMinutes < 60 else { return nil }
    let offset = (offsetHours * 3600 + offsetMinutes * 60) * (match.8 == "-" ? -1 : 1)
    let days = Int64(CivilDate(year: Int(year), month: Int(month), day: Int(day)).daysSince1970)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    return UInt64(exactly: seconds).flatMap { sum($0, fraction) }
  }

  private static func days(in month: Int64, of year: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }
}

/// A moment that an option gives.
package struct Moment: Hashable, Sendable {
  /// As it was typed.
  package let text: String
  /// Since 1970.
  package let nanoseconds: UInt64

  package init(_ text: String, nanoseconds: UInt64) {
    self.text = text
    self.nanoseconds = nanoseconds
  }
}

extension OptionReader<Moment> {
  static var moment: OptionReader {
    OptionReader { value throws(ConfigurationError) in
      guard let time = TimeText.nanoseconds(value.text) else {
        throw value.refused(
          allowed: "seconds since 1970 such as 1767225600.5, or a time such as 2026-01-01T00:00:00.5Z")
      }
      return Moment(value.text, nanoseconds: time)
    }
  }
}
