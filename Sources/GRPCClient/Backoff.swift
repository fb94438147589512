/// The pauses between attempts to connect (gRPC connection back-off).
package struct BackoffConfiguration: Hashable, Sendable {
  package var initial: Duration
  package var multiplier: Double
  package var maximum: Duration
  /// The share by which a pause varies, to both sides.
  package var jitter: Double
  /// The least time that an attempt gets before it is given up.
  package var minimumConnectTimeout: Duration

  package init(
    initial: Duration = .seconds(1), multiplier: Double = 1.6, maximum: Duration = .seconds(120), jitter: Double = 0.2,
    minimumConnectTimeout: Duration = .seconds(20)
  ) {
    self.initial = initial
    self.multiplier = multiplier
    self.maximum = maximum
    self.jitter = jitter
    self.minimumConnectTimeout = minimumConnectTimeout
  }
}
