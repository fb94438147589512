internal import TelemetryCore

/// The pauses between attempts to connect (gRPC connection back-off, 5.9.1 and 5.9.2).
package struct BackoffConfiguration: Hashable, Sendable {
  /// The time from the start of the first attempt to that of the second; and the span in which the first attempt
  /// after a loss lies.
  package var initial: Duration
  package var multiplier: Double
  /// The longest pause of a server while others work.
  package var maximum: Duration
  /// The longest pause while there is no connection at all. With the default and its jitter at most 4 s: calls wait, and
  /// a server that is back gets them within 5 s.
  package var maximumUnconnected: Duration
  /// The share by which a pause varies, to both sides; 0 to 1.
  package var jitter: Double
  /// The least time that the attempts of one round get before they are given up.
  package var minimumConnectTimeout: Duration
  /// What the varying starts from; nil takes a random seed.
  package var seed: UInt64?

  package init(
    initial: Duration = .seconds(1), multiplier: Double = 1.6, maximum: Duration = .seconds(120),
    maximumUnconnected: Duration = .milliseconds(3_300), jitter: Double = 0.2,
    minimumConnectTimeout: Duration = .seconds(20), seed: UInt64? = nil
  ) {
    self.initial = initial
    self.multiplier = multiplier
    self.maximum = maximum
    self.maximumUnconnected = maximumUnconnected
    self.jitter = jitter
    self.minimumConnectTimeout = minimumConnectTimeout
    self.seed = seed
  }

  /// The same with every value in a range in which no arithmetic overflows.
  var clamped: BackoffConfiguration {
    let longest = Duration.seconds(86_400)
    func clamp(_ duration: Duration) -> Duration { min(max(.zero, duration), longest) }
    func clamp(_ number: Double, _ range: ClosedRange<Double>) -> Double {
      number.isNaN ? range.lowerBound : min(max(range.lowerBound, number), range.upperBound)
    }
    return BackoffConfiguration(
      initial: clamp(initial), multiplier: clamp(multiplier, 1...100), maximum: clamp(maximum),
      maximumUnconnected: clamp(maximumUnconnected), jitter: clamp(jitter, 0...1),
      minimumConnectTimeout: clamp(minimumConnectTimeout), seed: seed)
  }
}

/// When the next attempt to connect may start, and how long it may take.
struct Backoff {
  private let configuration: BackoffConfiguration
  private var random: SeededRandom
  /// The pause of the present attempt, before jitter; nil before the first one.
  private var pause: Duration?
  /// No attempt starts before this while there are other connections.
  private(set) var notBefore = MonotonicInstant(nanoseconds: .min)
  /// No attempt starts before this while there is no connection.
  private(set) var notBeforeUnconnected = MonotonicInstant(nanoseconds: .min)

  init(_ configuration: BackoffConfiguration) {
    self.configuration = configuration.clamped
    random = SeededRandom(seed: configuration.seed)
  }

  /// No attempt starts before this.
  /// - Parameter isUnconnected: There is no connection that calls could take.
  func notBefore(isUnconnected: Bool) -> MonotonicInstant { isUnconnected ? notBeforeUnconnected : notBefore }

  /// An attempt starts; it is given up at the deadline that this returns.
  mutating func attemptStarts(at now: MonotonicInstant) -> Deadline {
    let next = pause.map { min($0 * configuration.multiplier, configuration.maximum) } ?? configuration.initial
    pause = next
    let factor = 1 + configuration.jitter * (2 * random.fraction() - 1)
    notBefore = now + next * factor
    notBeforeUnconnected = now + min(next, configuration.maximumUnconnected) * factor
    return Deadline(max(notBeforeUnconnected, now + configuration.minimumConnectTimeout))
  }

  /// The server's SETTINGS arrived (5.9.3).
  mutating func connected() {
    pause = nil
    notBefore = MonotonicInstant(nanoseconds: .min)
    notBeforeUnconnected = notBefore
  }

  /// The connection was lost: a thousand clients of one server don't come back at once.
  mutating func lost(at now: MonotonicInstant) {
    notBefore = now + configuration.initial * random.fraction()
    notBeforeUnconnected = notBefore
  }
}
