package import TelemetryCore

/// Paces the calls to a server that fails again and again. Pure.
///
/// ```
///          threshold failures in a row                    an answer
/// closed ──────────────────────────────▶ open(notBefore) ───────────▶ closed
///                                         │          ▲
///                                         └──────────┘ a probe failed: a longer pause from its start
/// ```
/// The first pause is drawn between 0 and the policy's initial back-off, so that clients who lost the same server don't
/// come back together; later ones between half of their limit and all of it. The limit grows by the policy's factor up
/// to ``OTLPRetryPolicy/maxCircuitPause``. A pause counts from the start of the call that failed, so a server that is back
/// gets its next call within that time, whether it refuses calls or leaves them without an answer.
package struct CircuitBreaker: Sendable {
  package enum State: Hashable, Sendable {
    case closed
    /// No call before an instant.
    case open(notBefore: MonotonicInstant)
  }

  package private(set) var state = State.closed
  private let threshold: Int?
  private let multiplier: Double
  private let longest: Duration
  private let first: Duration
  private var failures = 0
  /// Calls up to this number had begun when the last failure was counted: their failures are no further sign.
  private var countedUpTo = 0
  private var pause: Duration

  package init(_ policy: OTLPRetryPolicy) {
    threshold = policy.circuitThreshold
    multiplier = policy.multiplier
    longest = policy.maxCircuitPause
    first = min(policy.initialBackoff, policy.maxCircuitPause)
    pause = first
  }

  package var isOpen: Bool { state != .closed }

  /// When the next call may begin; nil if one may begin now.
  package func notBefore(at now: MonotonicInstant) -> MonotonicInstant? {
    guard case .open(let instant) = state, instant > now else { return nil }
    return instant
  }

  /// The server took a request, or gave an answer that shows it alive.
  /// - Returns: Whether that closed the circuit.
  package mutating func succeeded() -> Bool {
    failures = 0
    guard isOpen else { return false }
    state = .closed
    pause = first
    return true
  }

  /// A call failed. Calls have numbers in the order of their beginning, from 1.
  /// - Parameters:
  ///   - start: When the call began.
  ///   - latest: The number of the call that began last.
  /// - Returns: Whether that opened the circuit.
  package mutating func failed(
    _ call: Int, since start: MonotonicInstant, latest: Int, at now: MonotonicInstant,
    random: inout some RandomNumberGenerator
  ) -> Bool {
    guard let threshold, call > countedUpTo else { return false }
    countedUpTo = latest
    if isOpen {
      state = .open(notBefore: max(now, start + RetryBackoff.draw(from: pause / 2, to: pause, &random)))
      pause = min(pause * multiplier, longest)
      return false
    }
    failures += 1
    guard failures >= threshold else { return false }
    failures = 0
    state = .open(notBefore: now + RetryBackoff.draw(from: .zero, to: pause, &random))
    return true
  }

  /// Time is short: a pause ends now.
  package mutating func expedite(at now: MonotonicInstant) {
    if case .open(let instant) = state, instant > now { state = .open(notBefore: now) }
  }
}
