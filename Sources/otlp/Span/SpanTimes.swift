package import TelemetryCore

/// The start and the end of a span, in nanoseconds since 1970.
package struct SpanTimes: Hashable, Sendable {
  package let start: UInt64
  package let end: UInt64

  /// Completes what the options give: without an end the span ends now, unless start and duration give the end; without a start
  /// and a duration it has no length.
  package init(start: Moment?, end: Moment?, duration: Duration?, now: UInt64) throws(ConfigurationError) {
    let length = duration.map { UInt64($0.clampedNanoseconds) }
    switch (start?.nanoseconds, end?.nanoseconds, length) {
    case (_?, _?, _?):
      throw ConfigurationError(
        option: "--duration", value: duration?.shortText ?? "", allowed: "together with --start or --end, not both")
    case (let start?, let end?, nil): (self.start, self.end) = (start, end)
    case (let start?, nil, let length?): (self.start, self.end) = (start, start.saturatingSum(length))
    case (nil, let end?, let length?): (self.start, self.end) = (end.saturatingDifference(length), end)
    case (let start?, nil, nil): (self.start, self.end) = (start, now)
    case (nil, let end?, nil): (self.start, self.end) = (end, end)
    case (nil, nil, let length): (self.start, self.end) = (now.saturatingDifference(length ?? 0), now)
    }
    guard self.start <= self.end else {
      throw ConfigurationError(
        option: "--start", value: start?.text ?? TimeText.text(self.start),
        allowed: "a time before the end, \(TimeText.text(self.end)); this is \(TimeText.text(self.start))")
    }
  }
}

extension UInt64 {
  fileprivate func saturatingSum(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  fileprivate func saturatingDifference(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
