internal import OTLPWire
package import TelemetryCore

/// Decides what follows a failed attempt of one request (RULES 1.4 to 1.6, 5.10; D2 and D3). Pure: it knows no
/// clock and no transport.
package struct RetryMachine: Sendable {
  /// What to do next.
  package enum Action: Hashable, Sendable {
    /// Send again at once; it is no new attempt by the policy's count.
    case resend
    /// Send once more without compression, at once.
    case resendUncompressed
    /// Send once more with new headers from the provider, at once.
    case resendWithNewHeaders
    /// Send again at an instant, which lies before the deadline.
    case wait(until: MonotonicInstant)
    /// Send the halves, or pieces of at most `limit` message bytes.
    case split(limit: Int?)
    /// Send the halves, to find the item that the server refuses.
    case isolate
    case giveUp(Reason)
  }

  /// Why there is no further attempt.
  package enum Reason: Hashable, Sendable {
    /// The answer forbids it.
    case refused
    /// Time is up, or would be before the next attempt.
    case timeout
    /// The same, and there never was a connection.
    case unreachable
    /// We were told to stop.
    case cancelled
    /// The policy's number of attempts is used up.
    case attemptsUsedUp
  }

  /// The request that failed.
  package struct Request: Hashable, Sendable {
    package var messageBytes: Int
    package var isCompressed: Bool
    /// Whether it may be halved if one of its items is bad.
    package var mayBeIsolated: Bool
    /// Whether its headers came from a provider.
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

  // So little time is no attempt.
  private static let leastTime = Duration.milliseconds(1)

  private let policy: OTLPRetryPolicy
  private var backoff: RetryBackoff
  private var attempts = 0
  private var usedFreeResend = false
  private var triedUncompressed = false
  private var triedNewHeaders = false
  private var wasConnected: Bool

  /// - Parameter wasConnected: An earlier request with the same items has been sent.
  package init(_ policy: OTLPRetryPolicy, wasConnected: Bool = false) {
    self.policy = policy
    self.wasConnected = wasConnected
    backoff = RetryBackoff(policy)
  }

  /// When an attempt that starts now must end: after its own time, or with everything (1.6.3, RULES D3).
  package static func attemptDeadline(timeout: Duration, now: MonotonicInstant, deadline: Deadline) -> Deadline {
    timeout == .zero ? deadline : min(deadline, Deadline(now + timeout))
  }

  package mutating func next(
    after failure: AttemptFailure, of request: Request, now: MonotonicInstant, deadline: Deadline,
    random: inout some RandomNumberGenerator
  ) -> Action {
    note(failure)
    if failure.origin == .cancelled { return .giveUp(.cancelled) }  // 1.4.5
    if case .tooLarge(let limit) = MessageLimit.read(failure, messageBytes: request.messageBytes) {
      return .split(limit: limit)
    }
    if isRefusalOfGzip(failure, request) {
      triedUncompressed = true
      return .resendUncompressed
    }
    if isRefusalOfHeaders(failure, request) {
      triedNewHeaders = true
      return .resendWithNewHeaders
    }
    guard mayRetry(failure) else {
      return failure.isInvalidArgument && request.mayBeIsolated ? .isolate : .giveUp(.refused)
    }
    guard deadline.remaining(at: now) >= RetryMachine.leastTime else { return .giveUp(timeIsUp) }
    if isNeverProcessed(failure), !usedFreeResend {
      usedFreeResend = true
      return .resend  // 5.10.1, 5.10.2
    }
    return pause(after: failure, now: now, deadline: deadline, random: &random)
  }

  /// An attempt failed; without a decision on what follows if it was given up for a later one's sake.
  package mutating func note(_ failure: AttemptFailure) {
    if failure.origin != .connect, failure.origin != .headerProvider, !failure.isUnconnected { wasConnected = true }
  }

  /// What time running out means for this request.
  package var timeIsUp: Reason { wasConnected ? .timeout : .unreachable }

  private mutating func pause(
    after failure: AttemptFailure, now: MonotonicInstant, deadline: Deadline,
    random: inout some RandomNumberGenerator
  ) -> Action {
    attempts += 1
    usedFreeResend = false
    if let most = policy.maxAttempts, attempts >= most { return .giveUp(.attemptsUsedUp) }
    let remaining = deadline.remaining(at: now)
    guard let delay = backoff.next(after: failure, within: remaining, random: &random) else {
      return .giveUp(timeIsUp)  // 1.5.7: no sleep into certain failure
    }
    return .wait(until: now + delay)
  }

  private func mayRetry(_ failure: AttemptFailure) -> Bool {
    if isNeverProcessed(failure) { return true }
    if failure.pushback == .stop { return false }  // 5.10.5
    // A stream that was reset is no word about the data. Some resets say that the connection itself is not for us.
    if failure.origin == .transport {
      return failure.code != StatusTable.permissionDenied && failure.code != StatusTable.unknown
    }
    switch StatusTable.verdict(failure.code) {
    case .retry: return true
    case .retryIfTold: return failure.origin == .server && failure.retryInfo != nil  // 1.4.3, 1.1.10
    case .drop: return false
    }
  }

  /// The server has not looked at the request, whatever code came of it.
  private func isNeverProcessed(_ failure: AttemptFailure) -> Bool {
    failure.origin == .transport && failure.fate == .neverProcessed
  }

  private func isRefusalOfHeaders(_ failure: AttemptFailure, _ request: Request) -> Bool {
    failure.origin == .server && failure.code == StatusTable.unauthenticated && failure.pushback != .stop
      && request.hasProvidedHeaders && !triedNewHeaders
  }

  private func isRefusalOfGzip(_ failure: AttemptFailure, _ request: Request) -> Bool {
    // An HTTP status such as 404 is a proxy's, and about the path.
    failure.origin == .server && failure.code == StatusTable.unimplemented && !failure.isHTTPStatus
      && request.isCompressed && !triedUncompressed && !failure.acceptedEncodings.contains("gzip")  // 5.1.16
  }
}

/// The series of pauses (RULES D2): full jitter below a growing limit; after a server has named a delay, that delay is
/// the least, grows while it names no other, and jitter goes upward only.
struct RetryBackoff {
  private let policy: OTLPRetryPolicy
  private var limit: Duration
  private var floor: Duration?
  private var pushbacksInARow = 0

  init(_ policy: OTLPRetryPolicy) {
    self.policy = policy
    limit = policy.initialBackoff
  }

  /// The next pause; nil if it can't end within `remaining`.
  mutating func next(
    after failure: AttemptFailure, within remaining: Duration, random: inout some RandomNumberGenerator
  ) -> Duration? {
    // As the destination cuts it: the export must not outwait the server's pause. 1.5.6: zero is no wish.
    let asked = min(failure.retryInfo?.delay ?? .zero, Destination.longestPause)
    guard case .retry(var pushback) = failure.pushback else {
      pushbacksInARow = 0
      return ordinary(asked: asked, within: remaining, random: &random)
    }
    // Exactly what it says, and the series starts anew (5.10.5). A server that says "at once" again and again gets the
    // ordinary pause on top from the second time on.
    pushback = min(pushback, Destination.longestPause)
    pushbacksInARow += 1
    if pushbacksInARow == 1 {
      limit = policy.initialBackoff
      floor = nil
    }
    let own =
      pushbacksInARow == 1 && asked == .zero ? .zero : ordinary(asked: asked, within: remaining, random: &random)
    guard let own, pushback < remaining else { return nil }
    return max(own, pushback)  // 5.10.6
  }

  private mutating func ordinary(
    asked: Duration, within remaining: Duration, random: inout some RandomNumberGenerator
  ) -> Duration? {
    raiseFloor(asked: asked)
    if let floor {
      guard floor < remaining else { return nil }
      let jitter = min(floor / 2, Destination.mostPauseJitter, remaining - floor)
      return floor + RetryBackoff.draw(below: jitter, &random)
    }
    defer { limit = min(limit * policy.multiplier, policy.maxBackoff) }
    return RetryBackoff.draw(below: min(limit, remaining), &random)
  }

  /// 1.5.5: the delay is the one that the server names; if attempts go on failing without one it grows from the last.
  private mutating func raiseFloor(asked: Duration) {
    floor = asked > .zero ? asked : floor.map { max(min($0 * policy.multiplier, policy.maxBackoff), $0) }
  }

  /// Uniform in nanoseconds from 0 to below `bound`, with one number: no generator can hold it up.
  private static func draw(below bound: Duration, _ random: inout some RandomNumberGenerator) -> Duration {
    let nanoseconds = UInt64(max(bound.clampedNanoseconds, 0))
    return .nanoseconds(Int64(random.next().multipliedFullWidth(by: nanoseconds).high))
  }

  /// Uniform from `least` to below `bound`.
  static func draw(from least: Duration, to bound: Duration, _ random: inout some RandomNumberGenerator) -> Duration {
    least + draw(below: bound - least, &random)
  }
}
