package import TelemetryCore

/// Measures the time in which a server was up: the time of an outage doesn't count as export time (RULES D17). Pure.
///
/// ```
///             callFailed(since:)                      callAnswered
///  up ───────────────────────────▶ down(since start) ─────────────▶ up
/// ```
/// An outage begins at the start of the first call without a response, or at the last response if that is later, and ends
/// with the next response.
///
/// A server that responds to other exports is up, even for an export that always fails: the time between two failures of
/// an export is charged to its allowance if other exports got responses in between.
package struct UptimeClock: Sendable {
  /// The time that an export may take by this clock.
  package struct Allowance: Hashable, Sendable {
    /// The clock's time at the export's start, in nanoseconds.
    fileprivate let start: Int64
    /// In nanoseconds.
    fileprivate let timeout: Int64
    /// The time of outages in which other exports got responses, in nanoseconds.
    fileprivate var charged: Int64 = 0
    fileprivate var latest: Failure?

    /// The longest time of an attempt.
    package var limit: Duration { .nanoseconds(timeout) }
  }

  fileprivate struct Failure: Hashable, Sendable {
    let instant: MonotonicInstant
    let uptime: Int64
    let answers: UInt64
  }

  /// The start of the present outage; nil while the server is up.
  package private(set) var downSince: MonotonicInstant?
  /// The sum of the outages that have ended, in nanoseconds.
  private var pastOutages: Int64 = 0
  private var lastAnswer = MonotonicInstant.distantPast
  /// The number of calls with a response.
  package private(set) var answers: UInt64 = 0

  package init() {}

  package var isDown: Bool { downSince != nil }

  /// The allowance of an export that begins at `now`.
  package func allowance(_ timeout: Duration, at now: MonotonicInstant) -> Allowance {
    Allowance(start: uptime(at: now), timeout: max(timeout.clampedNanoseconds, 0))
  }

  /// The end of the export's time if no outage begins before; never during an outage, unless charged time has used up the
  /// allowance.
  package func deadline(_ allowance: Allowance, at now: MonotonicInstant) -> Deadline {
    // The difference is negative if the export began in an outage that was detected later.
    let used = max(uptime(at: now) &- allowance.start, 0) &+ allowance.charged
    guard !isDown else { return allowance.charged > 0 && used >= allowance.timeout ? Deadline(now) : .never }
    let (end, overflow) = now.nanoseconds.addingReportingOverflow(allowance.timeout &- used)
    return overflow ? .never : Deadline(MonotonicInstant(nanoseconds: end))
  }

  /// The server responded to a call.
  package mutating func callAnswered(at now: MonotonicInstant) {
    if let downSince { pastOutages &+= max((now - downSince).clampedNanoseconds, 0) }
    downSince = nil
    lastAnswer = now
    answers &+= 1
  }

  /// A call that began at `start` got no response, or a status of a server that accepts no requests now.
  package mutating func callFailed(since start: MonotonicInstant) {
    if downSince == nil { downSince = max(start, lastAnswer) }
  }

  /// Charges the time since the export's last failure if other exports got responses in between. Follows
  /// ``callFailed(since:)``.
  /// - Parameter answers: The number of calls with a response when the failed call began.
  package func charge(_ allowance: inout Allowance, answers: UInt64, at now: MonotonicInstant) {
    let uptime = uptime(at: now)
    if let latest = allowance.latest, latest.answers != answers {
      let outage = (now - latest.instant).clampedNanoseconds &- max(uptime &- latest.uptime, 0)
      allowance.charged &+= min(max(outage, 0), allowance.timeout)
    }
    allowance.latest = Failure(instant: now, uptime: uptime, answers: self.answers)
  }

  private func uptime(at now: MonotonicInstant) -> Int64 { (downSince ?? now).nanoseconds &- pastOutages }
}
