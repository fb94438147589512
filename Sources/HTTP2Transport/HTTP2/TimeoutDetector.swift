internal import TelemetryCore

/// Decides what a call that had no answer in time says of its connection. TCP alone needs a quarter of an hour to give a
/// peer up that is gone, and under steady traffic no silence is ever long enough for `IdleProbe`.
struct TimeoutDetector {
  enum Verdict: Hashable {
    /// Nothing.
    case alive
    /// Not a byte has come since the call began: ask by a PING, and give the connection up without an answer.
    case probe
    /// Several calls in a row had no answer: the connection takes no more calls.
    case replace
  }

  /// How long the answer to the PING may take; calls wait for it.
  static let patience = Duration.seconds(2)
  /// Calls in a row, each begun after the one before had failed.
  static let limit = 3

  private var unanswered = 0
  /// Calls up to this one began before the latest failure was seen: they say nothing new.
  private var latest: UInt64 = 0

  /// A call was answered.
  mutating func answered() { unanswered = 0 }

  /// A call's time is over.
  /// - Parameters:
  ///   - call: Its number; `last` is that of the latest call.
  ///   - wasSilent: Nothing arrived since the call began.
  mutating func timedOut(call: UInt64, last: UInt64, wasSilent: Bool) -> Verdict {
    if call > latest {
      latest = last
      unanswered += 1
    }
    if unanswered >= TimeoutDetector.limit { return .replace }
    return wasSilent ? .probe : .alive
  }
}
