/// Wishes that a share of all traces is sampled.
public struct ComposableProbability: ComposableSampler {
  /// The share of traces that are sampled, from 2^-56 to 1.
  public let ratio: Double
  private let threshold: SamplingThreshold

  /// Makes a sampler.
  /// - Parameter ratio: The share of traces that are sampled, from 2^-56 to 1. For none there is ``ComposableAlwaysOff``.
  /// - Throws: If the ratio is outside of its range.
  public init(ratio: Double) throws(ConfigurationError) {
    try ConfigurationError.require("ratio", ratio, in: 0x1p-56...1)
    self.ratio = ratio
    threshold = SamplingThreshold(probability: ratio)
  }

  /// The ratio's threshold.
  public func samplingIntent(for span: SamplingParameters) -> SamplingIntent {
    SamplingIntent(threshold: threshold.value)
  }

  /// `ComposableProbability` with the ratio in six digits after the point, or more if the ratio has more.
  public var description: String { "ComposableProbability{\(RatioText.text(ratio))}" }
}
