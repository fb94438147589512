#if OpenTelemetrySwift
  internal import Foundation

  /// Conversions of Foundation's times, which opentelemetry-swift uses.
  enum UnixTime {
    /// Nanoseconds from the start of 1970 to the start of 2001, from which `Date` counts.
    private static let referenceSeconds = 978_307_200.0
    private static let nanosecondsPerSecond = 1_000_000_000.0

    /// Nanoseconds since 1970; 0 for an earlier date. Seconds and fraction are converted apart: their sum in nanoseconds has more
    /// digits than a `Double`.
    static func nanoseconds(_ date: Date) -> UInt64 {
      let time = date.timeIntervalSinceReferenceDate
      let seconds = time.rounded(.down)
      let fraction = ((time - seconds) * nanosecondsPerSecond).rounded()
      guard let whole = UInt64(exactly: seconds + referenceSeconds), let part = UInt64(exactly: fraction) else {
        return 0
      }
      let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
      return overflow ? .max : product.addingReportingOverflow(part).partialValue
    }

    /// A time limit: 0 for a negative one, at most a day; `standard` for nil and for no number.
    static func duration(_ interval: TimeInterval?, standard: Duration) -> Duration {
      guard let interval, !interval.isNaN else { return standard }
      return .seconds(min(max(0, interval), 86_400))
    }
  }
#endif
