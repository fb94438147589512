package import TelemetryCore

/// Paces the calls to a server that fails again and again. Pure.
///
/// ```
///          threshold consecutive failures                 a response
/// closed ──────────────────────────────▶ open(notBefore) ───────────▶ closed
///                                         │          ▲
///                                         └──────────┘ a probe failed: a longer pause from its start
/// ```
/// The first pause is drawn between 0 and the policy's initial back-off, so that clients that lost the same server don't
/// return together; later pauses between half of their limit and the limit. The limit grows by the policy's factor up to
/// ``OTLPRetryPolicy/maxCircuitPause``. A pause counts from the start of the failed call, so a server that is back gets
/// its next call within that time, whether the server refuses calls or never responds.
package struct CircuitBreaker: Sendable {
  package enum State: Hashable, Sendable {
    case closed
    /// No call may begin before an instant.
    case open(notBefore: MonotonicInstant)
  }

  package private(set) var state = State.closed
  private let threshold: Int?
  private let multiplier: Double
  private let longest: Duration
  private let first: Duration
  private var failures = 0
  /// The latest call that had begun when the last failure was counted. Failures of calls up to this number don't count:
  /// calls that were open together fail together.
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

  /// The start of the next call; nil if a call may begin now.
  package func notBefore(at now: MonotonicInstant) -> MonotonicInstant? {
    guard case .open(let instant) = state, instant > now else { return nil }
    return instant
  }

  /// The server accepted a request or responded otherwise as a healthy server.
  /// - Returns: True if this closed the circuit.
  package mutating func callSucceeded() -> Bool {
    failures = 0
    guard isOpen else { return false }
    state = .closed
    pause = first
    return true
  }

  /// A call failed. Calls are numbered by their start, from 1.
  /// - Parameters:
  ///   - start: The start of the call.
  ///   - latest: The number of the call that began last.
  /// - Returns: True if this opened the circuit.
  package mutating func callFailed(
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

  /// Ends a pause now, for a flush or shutdown.
  package mutating func expedite(at now: MonotonicInstant) {
    if case .open(let instant) = state, instant > now { state = .open(notBefore: now) }
  }
}
