package import TelemetryCore
package import TelemetrySDK

/// Decides the step after a failed attempt of a request (RULES 1.4 to 1.6, 5.10, D2, D3). Pure: no clock, no transport.
///
/// ```
///                  ┌──── resend, resendUncompressed, resendWithNewHeaders: at once ◀───┐
///                  ▼                                                                   │
///  (admitted) ▶ attempt ── success ──▶ end         ┌──── each of them once ────────────┘
///                  ▲  └─── failure ──▶ attemptFailed ── split, isolate ──▶ end: the parts take its place
///                  │                               │ └─ giveUp ──────────▶ end: the items are dropped
///                  └────────── back-off ◀── wait ──┘
/// ```
package struct RetryStateMachine: Sendable {
  /// The next step.
  package enum Action: Hashable, Sendable {
    /// Send again at once; the policy doesn't count this attempt.
    case resend
    /// Send once more without compression, at once.
    case resendUncompressed
    /// Send once more with new headers from the provider, at once.
    case resendWithNewHeaders
    /// Send again at an instant, which lies before the deadline.
    case wait(until: MonotonicInstant)
    /// Send parts of at most `limit` message bytes, or the halves.
    case split(limit: Int?)
    /// Send the halves, to find the item that the server refuses.
    case isolate
    /// Send no more. `timeout` and `shutdown` mean that time ran out or that the task was cancelled.
    case giveUp(DropReason)
  }

  /// The request that failed.
  package struct Request: Hashable, Sendable {
    package var messageBytes: Int
    package var isCompressed: Bool
    /// True if the request may be halved to find a bad item.
    package var mayBeIsolated: Bool
    /// True if the headers came from a provider.
    package var hasProvidedHeaders: Bool

    package init(
      messageBytes: Int, isCompressed: Bool, mayBeIsolated: Bool = false, hasProvidedHeaders: Bool = false
    ) {
      self.messageBytes = messageBytes
      self.isCompressed = isCompressed
      self.mayBeIsolated = mayBeIsolated
      self.hasProvidedHeaders = hasProvidedHeaders
    }
  }

  // Less time is not enough for an attempt.
  private static let leastTime = Duration.milliseconds(1)

  private let policy: OTLPRetryPolicy
  private var backoff: RetryBackoff
  private var attempts = 0
  private var usedFreeResend = false
  private var triedUncompressed = false
  private var triedNewHeaders = false
  private var wasConnected: Bool

  /// - Parameter wasConnected: True if an earlier request with the same items was sent.
  package init(_ policy: OTLPRetryPolicy, wasConnected: Bool = false) {
    self.policy = policy
    self.wasConnected = wasConnected
    backoff = RetryBackoff(policy)
  }

  /// The end of an attempt that starts now: after its timeout, and by the deadline (1.6.3, RULES D3).
  package static func attemptDeadline(timeout: Duration, now: MonotonicInstant, deadline: Deadline) -> Deadline {
    timeout == .zero ? deadline : min(deadline, Deadline(now + timeout))
  }

  /// The state machine of another request with some of the items.
  package func restarted(wasConnected: Bool) -> RetryStateMachine {
    RetryStateMachine(policy, wasConnected: wasConnected)
  }

  /// An attempt failed.
  package mutating func attemptFailed(
    _ failure: AttemptFailure, of request: Request, now: MonotonicInstant, deadline: Deadline,
    random: inout some RandomNumberGenerator
  ) -> Action {
    attemptEnded(failure)
    if failure.origin == .cancelled { return .giveUp(.shutdown) }  // 1.4.5
    switch failure.meaning {
    case .tooLarge(let limit):
      // A limit that the message keeps to would lead to the same request again.
      return .split(limit: limit.flatMap { (1..<max(request.messageBytes, 1)).contains($0) ? $0 : nil })
    case .encodingRefused where request.isCompressed && !triedUncompressed:  // 5.1.16
      triedUncompressed = true
      return .resendUncompressed
    case .unauthenticated where request.hasProvidedHeaders && !triedNewHeaders && failure.pushback != .stop:
      triedNewHeaders = true
      return .resendWithNewHeaders
    case _ where !isRetryable(failure):
      return failure.isBadData && request.mayBeIsolated ? .isolate : .giveUp(.refused)
    default: break
    }
    guard deadline.remaining(at: now) >= RetryStateMachine.leastTime else { return .giveUp(timeoutReason) }
    if failure.meaning == .notProcessed, !usedFreeResend {
      usedFreeResend = true
      return .resend  // 5.10.1, 5.10.2
    }
    return pause(after: failure, now: now, deadline: deadline, random: &random)
  }

  /// An attempt was abandoned because the server responded to a later call. No decision is needed.
  package mutating func attemptAbandoned(_ failure: AttemptFailure) { attemptEnded(failure) }

  /// The reason for dropping this request when time runs out.
  package var timeoutReason: DropReason { wasConnected ? .timeout : .unreachable }

  private mutating func attemptEnded(_ failure: AttemptFailure) {
    if failure.hadConnection { wasConnected = true }
  }

  private mutating func pause(
    after failure: AttemptFailure, now: MonotonicInstant, deadline: Deadline,
    random: inout some RandomNumberGenerator
  ) -> Action {
    attempts += 1
    usedFreeResend = false
    if let most = policy.maxAttempts, attempts >= most { return .giveUp(wasConnected ? .refused : .unreachable) }
    let remaining = deadline.remaining(at: now)
    guard let delay = backoff.next(after: failure, within: remaining, random: &random) else {
      return .giveUp(timeoutReason)  // 1.5.7
    }
    return .wait(until: now + delay)
  }

  private func isRetryable(_ failure: AttemptFailure) -> Bool {
    if failure.meaning == .notProcessed { return true }
    if failure.pushback == .stop { return false }  // 5.10.5
    switch failure.meaning {
    case .retry, .unavailable, .notProcessed: return true
    case .retryIfTold: return failure.retryInfo != nil  // 1.4.3, 1.1.10
    case .drop, .tooLarge, .encodingRefused, .unauthenticated, .badData: return false
    }
  }
}
