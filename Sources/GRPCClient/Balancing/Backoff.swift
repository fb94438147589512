internal import TelemetryCore

/// The pauses between attempts to connect (gRPC connection back-off, 5.9.1 and 5.9.2).
package struct BackoffConfiguration: Hashable, Sendable {
  /// The time from the start of the first attempt to that of the second; and the span in which the first attempt
  /// after a loss lies.
  package var initial: Duration
  package var multiplier: Double
  package var maximum: Duration
  /// The share by which a pause varies, to both sides.
  package var jitter: Double
  /// The least time that an attempt gets before it is given up.
  package var minimumConnectTimeout: Duration
  /// What the varying starts from; nil takes a random seed.
  package var seed: UInt64?

  package init(
    initial: Duration = .seconds(1), multiplier: Double = 1.6, maximum: Duration = .seconds(120), jitter: Double = 0.2,
    minimumConnectTimeout: Duration = .seconds(20), seed: UInt64? = nil
  ) {
    self.initial = initial
    self.multiplier = multiplier
    self.maximum = maximum
    self.jitter = jitter
    self.minimumConnectTimeout = minimumConnectTimeout
    self.seed = seed
  }
}

/// When the next attempt to connect may start, and how long it may take.
struct Backoff {
  private let configuration: BackoffConfiguration
  private var random: SeededRandom
  /// The pause of the present attempt, before jitter; nil before the first one.
  private var pause: Duration?
  /// No attempt starts before this.
  private(set) var notBefore = MonotonicInstant(nanoseconds: .min)

  init(_ configuration: BackoffConfiguration) {
    self.configuration = configuration
    random = SeededRandom(seed: configuration.seed)
  }

  /// An attempt starts; it is given up at the deadline that this returns.
  mutating func attemptStarts(at now: MonotonicInstant) -> Deadline {
    let next = pause.map { min($0 * configuration.multiplier, configuration.maximum) } ?? configuration.initial
    pause = next
    notBefore = now + next * (1 + configuration.jitter * (2 * random.fraction() - 1))
    return Deadline(max(notBefore, now + configuration.minimumConnectTimeout))
  }

  /// The server's SETTINGS arrived (5.9.3).
  mutating func connected() {
    pause = nil
    notBefore = MonotonicInstant(nanoseconds: .min)
  }

  /// The connection was lost: a thousand clients of one server don't come back at once.
  mutating func lost(at now: MonotonicInstant) {
    notBefore = now + configuration.initial * random.fraction()
  }
}
