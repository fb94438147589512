internal import OTLPWire
internal import TelemetryCore

/// The pauses between the attempts of a request (RULES D2): full jitter below a growing limit. After the server has
/// named a delay, that delay is the minimum and grows until the server names another; jitter only adds to the delay.
struct RetryBackoff {
  private let policy: OTLPRetryPolicy
  private var limit: Duration
  private var floor: Duration?
  private var consecutivePushbacks = 0

  init(_ policy: OTLPRetryPolicy) {
    self.policy = policy
    limit = policy.initialBackoff
  }

  /// - Returns: The next pause; nil if it can't end within `remaining`.
  mutating func next(
    after failure: AttemptFailure, within remaining: Duration, random: inout some RandomNumberGenerator
  ) -> Duration? {
    // The destination shortens a long pause likewise: the export must not wait beyond the server's pause.
    let requested = min(failure.retryInfo?.delay ?? .zero, Destination.longestPause)
    guard case .retry(var pushback) = failure.pushback else {
      consecutivePushbacks = 0
      return ordinary(requested: requested, within: remaining, random: &random)
    }
    // The first pushback is waited exactly and resets the series (5.10.5). From the second on the ordinary pause is the
    // minimum, so that a server that names zero each time isn't flooded.
    pushback = min(pushback, Destination.longestPause)
    consecutivePushbacks += 1
    if consecutivePushbacks == 1 {
      limit = policy.initialBackoff
      floor = nil
    }
    let isExact = consecutivePushbacks == 1 && requested == .zero
    let own = isExact ? .zero : ordinary(requested: requested, within: remaining, random: &random)
    guard let own, pushback < remaining else { return nil }
    return max(own, pushback)  // 5.10.6
  }

  private mutating func ordinary(
    requested: Duration, within remaining: Duration, random: inout some RandomNumberGenerator
  ) -> Duration? {
    // Without a new delay from the server the last delay grows (1.5.5).
    floor = requested > .zero ? requested : floor.map { max(min($0 * policy.multiplier, policy.maxBackoff), $0) }
    if let floor {
      guard floor < remaining else { return nil }
      let jitter = min(floor / 2, Destination.mostPauseJitter, remaining - floor)
      return floor + RetryBackoff.draw(below: jitter, &random)
    }
    defer { limit = min(limit * policy.multiplier, policy.maxBackoff) }
    return RetryBackoff.draw(below: min(limit, remaining), &random)
  }

  /// A uniform duration below `bound`, from a single random number: a rejection loop could hang on a poor generator.
  private static func draw(below bound: Duration, _ random: inout some RandomNumberGenerator) -> Duration {
    let nanoseconds = UInt64(max(bound.clampedNanoseconds, 0))
    return .nanoseconds(Int64(random.next().multipliedFullWidth(by: nanoseconds).high))
  }

  /// A uniform duration from `least` to below `bound`.
  static func draw(from least: Duration, to bound: Duration, _ random: inout some RandomNumberGenerator) -> Duration {
    least + draw(below: bound - least, &random)
  }
}
