package import TelemetryCore

/// Stops the calls to a server that fails again and again, and lets one through now and then to see whether it is back.
/// Pure.
///
/// Closed, calls pass. After `threshold` failures in a row, each of a call that began after the one before had failed, it
/// opens: no call passes for a pause. Then one call may, the probe; if that fails, another pause follows. What the server
/// takes closes it, whichever call it is.
///
/// The first pause is drawn between 0 and the policy's initial back-off, so that clients who lost the same server don't
/// come back together; later ones between half of their limit and all of it. The limit grows by the policy's factor up
/// to ``OTLPRetryPolicy/maxCircuitPause``, within which a server that is back gets its first call.
package struct CircuitBreaker: Sendable {
  package enum State: Hashable, Sendable {
    case closed
    /// No call before an instant, and then one.
    case open(until: MonotonicInstant)
    /// One call is under way.
    case probing(call: Int)
  }

  package enum Answer: Hashable, Sendable {
    case pass
    case wait(until: MonotonicInstant)
    /// Until the probe has ended.
    case waitForProbe
  }

  package private(set) var state = State.closed
  private let threshold: Int?
  private let multiplier: Double
  private let longest: Duration
  private let first: Duration
  private var failures = 0
  /// Calls up to this number had begun when the last failure was counted: theirs are no further sign.
  private var countedUpTo = 0
  private var pause: Duration

  package init(_ policy: RetryPolicy) {
    threshold = policy.circuitThreshold
    multiplier = policy.multiplier
    longest = policy.maxCircuitPause
    first = min(policy.initialBackoff, policy.maxCircuitPause)
    pause = first
  }

  package func answer(at now: MonotonicInstant) -> Answer {
    switch state {
    case .closed: .pass
    case .open(let end): end <= now ? .pass : .wait(until: end)
    case .probing: .waitForProbe
    }
  }

  /// A call begins, which was let through; calls have numbers in the order of their beginning, from 1.
  package mutating func began(_ call: Int) {
    if case .open = state { state = .probing(call: call) }
  }

  /// The server took a request, or gave an answer that shows it alive.
  /// - Returns: Whether that closed the circuit.
  package mutating func succeeded() -> Bool {
    failures = 0
    guard state != .closed else { return false }
    state = .closed
    pause = first
    return true
  }

  /// A call failed. `latest` is the number of the call that began last.
  /// - Returns: Whether that opened the circuit.
  package mutating func failed(
    _ call: Int, latest: Int, at now: MonotonicInstant, random: inout some RandomNumberGenerator
  ) -> Bool {
    switch state {
    case .open: return false
    case .probing(let probe):
      guard probe == call else { return false }
      state = .open(until: now + RetryBackoff.draw(from: pause / 2, to: pause, &random))
      pause = min(pause * multiplier, longest)
      return false
    case .closed:
      guard let threshold, call > countedUpTo else { return false }
      failures += 1
      countedUpTo = latest
      guard failures >= threshold else { return false }
      failures = 0
      state = .open(until: now + RetryBackoff.draw(from: .zero, to: pause, &random))
      return true
    }
  }

  /// A call ended that says nothing about the server; if it was the probe, the next one is.
  package mutating func learnedNothing(_ call: Int, at now: MonotonicInstant) {
    if state == .probing(call: call) { state = .open(until: now) }
  }

  /// Time is short: a pause ends now.
  package mutating func hurry(at now: MonotonicInstant) {
    if case .open(let end) = state, end > now { state = .open(until: now) }
  }
}
