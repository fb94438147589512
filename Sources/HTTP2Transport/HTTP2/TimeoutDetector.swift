/// Decides what timed-out requests mean for their connection. TCP alone takes a quarter of an hour to give up a dead peer,
/// and steady traffic leaves no silence for `IdleProbe`.
struct TimeoutDetector {
  enum Verdict: Hashable {
    /// Keep the connection.
    case keep
    /// Probe the connection with a PING: no byte has arrived since the request began.
    case probe
    /// Replace the connection: several requests in a row timed out.
    case replace
  }

  /// The time for the answer to the PING. New requests wait for the answer.
  static let patience = Duration.seconds(2)
  /// The number of requests in a row, each begun after the previous one had timed out.
  static let limit = 3

  private var unanswered = 0
  /// The last request that began before the latest timeout. Timeouts up to this request are part of the same failure.
  private var latest: UInt64 = 0

  /// A request was answered.
  mutating func requestAnswered() { unanswered = 0 }

  /// A request timed out.
  /// - Parameters:
  ///   - id: The request.
  ///   - latest: The latest request of the connection.
  ///   - wasSilent: Whether no byte has arrived since the request began.
  mutating func requestTimedOut(_ id: UInt64, latest: UInt64, wasSilent: Bool) -> Verdict {
    if id > self.latest {
      self.latest = latest
      unanswered += 1
    }
    if unanswered >= TimeoutDetector.limit { return .replace }
    return wasSilent ? .probe : .keep
  }
}
