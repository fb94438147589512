/// Wishes that no span is sampled.
public struct ComposableAlwaysOff: ComposableSampler {
  /// Makes a sampler.
  public init() {}

  /// ``SamplingIntent/drop``.
  public func samplingIntent(for span: SamplingParameters) -> SamplingIntent { .drop }

  /// `ComposableAlwaysOff`.
  public var description: String { "ComposableAlwaysOff" }
}
