internal import TelemetryCore

/// How long a server that fails is set aside while others do its work (as in gRFC A50): each time longer, as long as
/// it doesn't work for that long in between, and varied, so that a thousand clients don't return to it at once.
struct Ejection {
  /// So many failures in a row, without an answer between them.
  static let failureLimit = 5
  private static let base = Duration.seconds(30)
  private static let multiplier = 1.6
  private static let maximum = Duration.seconds(300)

  /// Failures in a row: lost connections, and calls that ended UNAVAILABLE or without an answer in time.
  private(set) var failures = 0
  /// The time that it was set aside for, before it was varied.
  private var pause = Duration.zero
  /// When it comes back, or came; nil if it never was set aside.
  private(set) var until: MonotonicInstant?

  func isOut(at now: MonotonicInstant) -> Bool { until.map { now < $0 } ?? false }

  /// It works.
  mutating func answered() { failures = 0 }

  /// It failed once more. True if that was too often.
  mutating func failed() -> Bool {
    failures += 1
    return failures >= Ejection.failureLimit
  }

  /// Sets it aside, from half of the time to one and a half of it.
  /// - Parameter fraction: From 0 up to 1: where in between.
  mutating func eject(at now: MonotonicInstant, fraction: Double) -> Duration {
    let isForgiven = until.map { now - $0 > pause } ?? true
    pause = isForgiven ? Ejection.base : min(pause * Ejection.multiplier, Ejection.maximum)
    let varied = pause * (0.5 + fraction)
    until = now + varied
    failures = 0
    return varied
  }

  /// It is in use again before its time.
  mutating func returned(at now: MonotonicInstant) {
    if let until, now < until { self.until = now }
  }
}
