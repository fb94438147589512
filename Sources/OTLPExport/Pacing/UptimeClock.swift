package import TelemetryCore

/// Measures the time in which a server was up: the time of an outage doesn't count as export time (RULES D17). Pure.
///
/// An outage begins with the first call that the server left without an answer, at that call's start, and ends with the
/// next answer. Of the time between the last answer and the call's end nothing else is known.
package struct UptimeClock: Sendable {
  /// The time that an export may take, measured by this clock.
  package struct Allowance: Hashable, Sendable {
    /// The clock's time at the export's start, in nanoseconds.
    fileprivate let start: Int64
    /// In nanoseconds.
    fileprivate let timeout: Int64
  }

  /// When the present outage began; nil while the server is up.
  package private(set) var downSince: MonotonicInstant?
  /// In nanoseconds, of the outages that have ended.
  private var pastOutages: Int64 = 0
  private var lastAnswer = MonotonicInstant(nanoseconds: .min)

  package init() {}

  package var isDown: Bool { downSince != nil }

  /// An export begins at `now`.
  package func allow(_ timeout: Duration, at now: MonotonicInstant) -> Allowance {
    Allowance(start: uptime(at: now), timeout: max(timeout.clampedNanoseconds, 0))
  }

  /// When the export's time ends if no outage comes between; never during an outage.
  package func deadline(_ allowance: Allowance, at now: MonotonicInstant) -> Deadline {
    guard !isDown else { return .never }
    // Negative if the export began in an outage that wasn't known then.
    let used = max(uptime(at: now) &- allowance.start, 0)
    let (end, overflow) = now.nanoseconds.addingReportingOverflow(allowance.timeout &- used)
    return overflow ? .never : Deadline(MonotonicInstant(nanoseconds: end))
  }

  /// The server answered a call.
  package mutating func answered(at now: MonotonicInstant) {
    if let downSince { pastOutages &+= max((now - downSince).clampedNanoseconds, 0) }
    downSince = nil
    lastAnswer = now
  }

  /// The server left a call that began at `start` without an answer, or answered that it can take nothing now.
  package mutating func failed(since start: MonotonicInstant) {
    if downSince == nil { downSince = max(start, lastAnswer) }
  }

  private func uptime(at now: MonotonicInstant) -> Int64 { (downSince ?? now).nanoseconds &- pastOutages }
}
