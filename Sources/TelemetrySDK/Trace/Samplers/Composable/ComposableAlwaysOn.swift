/// Wishes that every span is sampled.
public struct ComposableAlwaysOn: ComposableSampler {
  /// Makes a sampler.
  public init() {}

  /// The threshold 0.
  public func samplingIntent(for span: SamplingParameters) -> SamplingIntent { SamplingIntent(threshold: 0) }

  /// `ComposableAlwaysOn`.
  public var description: String { "ComposableAlwaysOn" }
}
