/// An instant in UTC as text.
package struct TimeOfDay: Hashable, Sendable {
  private let seconds: UInt64
  private let microseconds: UInt64

  package init(unixNano: UInt64) {
    seconds = unixNano / 1_000_000_000
    microseconds = unixNano % 1_000_000_000 / 1000
  }

  /// `15:04:05.000123`
  package var text: String {
    let parts = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60]
    return parts.map { Self.digits($0, 2) }.joined(separator: ":") + "." + Self.digits(microseconds, 6)
  }

  /// `2026-01-31 15:04:05.000123 UTC`
  package var dateText: String {
    let (year, month, day) = date
    return "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2)) \(text) UTC"
  }

  /// The date in the Gregorian calendar. 400 years have 146,097 days. The years of this calculation begin in March, so
  /// that a leap day is the last day of a year.
  private var date: (year: UInt64, month: UInt64, day: UInt64) {
    let days = seconds / 86_400 + 719_468
    let (cycle, dayOfCycle) = days.quotientAndRemainder(dividingBy: 146_097)
    let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  private static func digits(_ number: UInt64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
