internal import TelemetryCore

/// Decides whether a connection is probed with a PING before another request, after a long silence: a
/// load balancer may have dropped it, or the process or the machine stood still (a serverless function between requests).
///
/// An ordinary request costs nothing: the connection has one timer for the deadlines of requests, and the probe decides
/// only when that timer fires or is about to be set. The instants come from a clock that counts suspension.
///
/// A silence of `limit` precedes each PING and a request follows it, so no server counts too many PINGs (RULES 5.7.7).
struct IdleProbe {
  /// The time that the server has for its answer; half of the request's remaining time if that is less.
  static let patience = Duration.seconds(3)

  private let limit: Duration
  /// The beginning of the time without requests; nil while requests are open, or may be.
  private var quietSince: MonotonicInstant?
  private var stoodStill = false

  init(limit: Duration, at now: MonotonicInstant) {
    self.limit = limit
    quietSince = now
  }

  /// The timer fired, `late` after its instant.
  /// - Returns: True if the connection is probed at once, for the sake of the open requests.
  mutating func timerFired(at now: MonotonicInstant, late: Duration, hasRequests: Bool) -> Bool {
    if late >= limit { stoodStill = true }
    quietSince = hasRequests ? nil : now
    guard hasRequests, stoodStill else { return false }
    stoodStill = false
    return true
  }

  /// A request came while the timer wasn't set.
  /// - Returns: True if the connection is probed before the request is sent.
  mutating func requestBegan(at now: MonotonicInstant) -> Bool {
    defer {
      quietSince = nil
      stoodStill = false
    }
    return stoodStill || quietSince.map { now - $0 >= limit } ?? false
  }

  /// The patience for a request with this remaining time.
  static func patience(left: Duration) -> Duration { min(patience, left / 2) }
}
