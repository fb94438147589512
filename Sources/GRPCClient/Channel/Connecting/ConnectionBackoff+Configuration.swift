extension ConnectionBackoff {
  /// The pauses between attempts to connect (gRPC connection back-off, RULES 5.9.1 and 5.9.2).
  package struct Configuration: Hashable, Sendable {
    /// The time from the start of the first attempt to the start of the second one. The first attempt after a loss starts
    /// within this time. Default 1 s.
    package var initial: Duration
    package var multiplier: Double
    /// The longest pause of a server while others work. Default 120 s.
    package var maximum: Duration
    /// The longest pause while there is no connection. With the default, 3.3 s, and its jitter at most 4 s: calls wait,
    /// and a server that is back gets them within 5 s.
    package var maximumUnconnected: Duration
    /// The share by which a pause varies to both sides, from 0 to 1. Default 0.2.
    package var jitter: Double
    /// The least time for the attempts of one round. Default 20 s.
    package var minimumConnectTimeout: Duration
    /// The seed of the jitter; nil for a random one.
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

    /// The same configuration with every value in a range in which no arithmetic overflows.
    var clamped: Configuration {
      let longest = Duration.seconds(86_400)
      func clamp(_ duration: Duration) -> Duration { min(max(.zero, duration), longest) }
      func clamp(_ number: Double, _ range: ClosedRange<Double>) -> Double {
        number.isNaN ? range.lowerBound : min(max(range.lowerBound, number), range.upperBound)
      }
      return Configuration(
        initial: clamp(initial), multiplier: clamp(multiplier, 1...100), maximum: clamp(maximum),
        maximumUnconnected: clamp(maximumUnconnected), jitter: clamp(jitter, 0...1),
        minimumConnectTimeout: clamp(minimumConnectTimeout), seed: seed)
    }
  }
}
