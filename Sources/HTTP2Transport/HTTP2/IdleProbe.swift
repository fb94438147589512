internal import TelemetryCore

/// Decides whether a connection was silent for so long that it is asked before it carries another call: a balancer may
/// have forgotten it, or the process, or the whole machine, stood still (a serverless function between two requests).
///
/// It costs an ordinary call nothing: a connection has one timer for its calls' deadlines, and only when that isn't
/// armed, or fires, is there anything to decide. Its instants are of a clock that counts suspension too.
///
/// A silence of `limit` lies before each PING, and a call follows it, so no server takes them for too many (5.7.7).
struct IdleProbe {
  /// How long the server may take to answer; half of what the call has left, if that is less.
  static let patience = Duration.seconds(3)

  private let limit: Duration
  /// Since when there has been no call; nil while there are some, or may be.
  private var quietSince: MonotonicInstant?
  private var stoodStill = false

  init(limit: Duration, at now: MonotonicInstant) {
    self.limit = limit
    quietSince = now
  }

  /// The timer has fired, `late` after the instant that it was set for; true if the open calls' connection is to be
  /// asked at once.
  mutating func timerFired(at now: MonotonicInstant, late: Duration, hasCalls: Bool) -> Bool {
    if late >= limit { stoodStill = true }
    quietSince = hasCalls ? nil : now
    guard hasCalls, stoodStill else { return false }
    stoodStill = false
    return true
  }

  /// A call is about to be sent, and the timer isn't armed; true if the connection is to be asked before.
  mutating func callBegins(at now: MonotonicInstant) -> Bool {
    defer {
      quietSince = nil
      stoodStill = false
    }
    return stoodStill || quietSince.map { now - $0 >= limit } ?? false
  }

  /// How long a call with so much time left waits for the answer.
  static func patience(left: Duration) -> Duration { min(patience, left / 2) }
}
