package import TelemetryCore

/// Bounds the attempts that go to a failing server, whatever the number of exports (gRFC A6's throttling; requirements
/// 5.10.7): each failed attempt costs a token, each success brings one back, and so does time. Without a token nothing is
/// given up, as A6 would: it waits for the next one. Pure.
///
/// So beyond the first ``leastCapacity`` (or as many as may be open at once) attempts, at most as many fail as succeed,
/// and five a second.
package struct RetryBudget: Sendable {
  package static let leastCapacity = 20
  /// After so long there is one more token.
  package static let refill = Duration.milliseconds(200)

  private static let token = refill.clampedNanoseconds
  private let capacity: Int64
  // In nanoseconds of refilling: exact, and no division.
  private var credit: Int64
  private var counted: MonotonicInstant?

  /// - Parameter calls: The most that are open at once, for which there must be tokens.
  package init(calls: Int) {
    capacity = Int64(max(calls, RetryBudget.leastCapacity)) * RetryBudget.token
    credit = capacity
  }

  /// When there is a token for an attempt; nil if there is one at `now`.
  package func wait(at now: MonotonicInstant) -> MonotonicInstant? {
    let credit = credit(at: now)
    return credit >= RetryBudget.token ? nil : now + .nanoseconds(RetryBudget.token - credit)
  }

  /// An attempt begins.
  package mutating func take(at now: MonotonicInstant) {
    credit = max(0, credit(at: now) - RetryBudget.token)
    counted = now
  }

  /// It succeeded, or has shown nothing; a failure gives nothing back.
  package mutating func giveBack(succeeded: Bool) {
    credit = min(capacity, credit + (succeeded ? 2 : 1) * RetryBudget.token)
  }

  private func credit(at now: MonotonicInstant) -> Int64 {
    guard let counted, now > counted else { return credit }
    return min(capacity, credit + (now - counted).clampedNanoseconds)
  }
}
