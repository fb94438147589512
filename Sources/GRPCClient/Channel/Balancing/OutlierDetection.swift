internal import TelemetryCore

/// Ejects a failing server while others can take the calls (outlier detection, gRFC A50). Each ejection lasts longer
/// than the last, unless the server worked for as long in between. The durations vary, so that a thousand clients
/// don't return to a server at once.
struct OutlierDetection {
  /// Consecutive failures that eject a server.
  static let failureLimit = 5
  private static let baseDuration = Duration.seconds(30)
  private static let multiplier = 1.6
  private static let maximumDuration = Duration.seconds(300)

  /// Consecutive failures: lost connections, and calls that ended UNAVAILABLE or without an answer in time.
  private(set) var failures = 0
  /// The duration of the last ejection, before jitter.
  private var duration = Duration.zero
  /// The end of the last ejection, which may have passed; nil before the first ejection.
  private(set) var ejectionEnd: MonotonicInstant?

  func isEjected(at now: MonotonicInstant) -> Bool { ejectionEnd.map { now < $0 } ?? false }

  mutating func callAnswered() { failures = 0 }

  /// - Returns: True if the server has failed too often.
  mutating func failed() -> Bool {
    failures += 1
    return failures >= OutlierDetection.failureLimit
  }

  /// - Parameter fraction: The jitter, from 0 to 1: the ejection lasts from 0.5 to 1.5 times the duration.
  /// - Returns: The duration of the ejection.
  mutating func eject(at now: MonotonicInstant, fraction: Double) -> Duration {
    let isForgiven = ejectionEnd.map { now - $0 > duration } ?? true
    duration =
      isForgiven
      ? OutlierDetection.baseDuration : min(duration * OutlierDetection.multiplier, OutlierDetection.maximumDuration)
    let jittered = duration * (0.5 + fraction)
    ejectionEnd = now + jittered
    failures = 0
    return jittered
  }

  /// The server is in use again before the end of the ejection.
  mutating func returned(at now: MonotonicInstant) {
    if let ejectionEnd, now < ejectionEnd { self.ejectionEnd = now }
  }
}
