package import TelemetryCore

/// Measures the time in which a server was up: the time of an outage doesn't count as export time (RULES D17). Pure.
///
/// An outage begins with the first call that the server left without an answer, at that call's start, and ends with the
/// next answer. Of the time between the last answer and the call's end nothing else is known.
///
/// A server that answers others is up, also for an export that it always fails with: where others were answered between
/// two failures of one export, the time between these counts for it.
package struct UptimeClock: Sendable {
  /// The time that an export may take, measured by this clock.
  package struct Allowance: Hashable, Sendable {
    /// The clock's time at the export's start, in nanoseconds.
    fileprivate let start: Int64
    /// In nanoseconds.
    fileprivate let timeout: Int64
    /// Of outages that were none, as others were answered; in nanoseconds.
    fileprivate var besides: Int64 = 0
    fileprivate var latest: Failure?

    /// The most that one attempt may take.
    package var limit: Duration { .nanoseconds(timeout) }
  }

  fileprivate struct Failure: Hashable, Sendable {
    let instant: MonotonicInstant
    let uptime: Int64
    let answers: UInt64
  }

  /// When the present outage began; nil while the server is up.
  package private(set) var downSince: MonotonicInstant?
  /// In nanoseconds, of the outages that have ended.
  private var pastOutages: Int64 = 0
  private var lastAnswer = MonotonicInstant(nanoseconds: .min)
  /// How many calls were answered.
  package private(set) var answers: UInt64 = 0

  package init() {}

  package var isDown: Bool { downSince != nil }

  /// An export begins at `now`.
  package func allow(_ timeout: Duration, at now: MonotonicInstant) -> Allowance {
    Allowance(start: uptime(at: now), timeout: max(timeout.clampedNanoseconds, 0))
  }

  /// When the export's time ends if no outage comes between; never during an outage, unless it ended by what was counted
  /// beside.
  package func deadline(_ allowance: Allowance, at now: MonotonicInstant) -> Deadline {
    // Negative if the export began in an outage that wasn't known then.
    let used = max(uptime(at: now) &- allowance.start, 0) &+ allowance.besides
    guard !isDown else { return allowance.besides > 0 && used >= allowance.timeout ? Deadline(now) : .never }
    let (end, overflow) = now.nanoseconds.addingReportingOverflow(allowance.timeout &- used)
    return overflow ? .never : Deadline(MonotonicInstant(nanoseconds: end))
  }

  /// The server answered a call.
  package mutating func answered(at now: MonotonicInstant) {
    if let downSince { pastOutages &+= max((now - downSince).clampedNanoseconds, 0) }
    downSince = nil
    lastAnswer = now
    answers &+= 1
  }

  /// The server left a call that began at `start` without an answer, or answered that it can take nothing now.
  package mutating func failed(since start: MonotonicInstant) {
    if downSince == nil { downSince = max(start, lastAnswer) }
  }

  /// A call of the export failed, which began when `answers` calls had been answered; after ``failed(since:)``.
  package func failed(_ allowance: inout Allowance, answers: UInt64, at now: MonotonicInstant) {
    let uptime = uptime(at: now)
    if let latest = allowance.latest, latest.answers != answers {
      let away = (now - latest.instant).clampedNanoseconds &- max(uptime &- latest.uptime, 0)
      allowance.besides &+= min(max(away, 0), allowance.timeout)
    }
    allowance.latest = Failure(instant: now, uptime: uptime, answers: self.answers)
  }

  private func uptime(at now: MonotonicInstant) -> Int64 { (downSince ?? now).nanoseconds &- pastOutages }
}
