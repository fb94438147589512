internal import TelemetryCore

/// An instant in UTC as text.
package struct TimeOfDay: Hashable, Sendable {
  private let seconds: Int
  private let microseconds: Int

  package init(unixNano: UInt64) {
    seconds = Int(unixNano / 1_000_000_000)
    microseconds = Int(unixNano % 1_000_000_000 / 1000)
  }

  /// `15:04:05.000123`
  package var text: String {
    let parts = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60]
    return parts.map { CivilDate.digits($0, 2) }.joined(separator: ":") + "." + CivilDate.digits(microseconds, 6)
  }

  /// `2026-01-31 15:04:05.000123 UTC`
  package var dateText: String { "\(CivilDate(daysSince1970: seconds / 86_400).text) \(text) UTC" }
}
