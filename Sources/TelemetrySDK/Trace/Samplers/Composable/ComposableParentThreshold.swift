/// Wishes what was decided about the parent; another sampler wishes about new traces.
public struct ComposableParentThreshold: ComposableSampler {
  private let root: any ComposableSampler

  /// Makes a sampler.
  /// - Parameter root: Wishes about spans without a parent.
  public init(root: any ComposableSampler) { self.root = root }

  /// The parent's threshold. Without one, all or none by the parent's sampled flag, which is no reliable threshold.
  public func samplingIntent(for span: SamplingParameters) -> SamplingIntent {
    guard span.parent.isValid else { return root.samplingIntent(for: span) }
    if let threshold = span.parent.traceState.threshold { return SamplingIntent(threshold: threshold.value) }
    return SamplingIntent(threshold: span.parent.isSampled ? 0 : nil, isThresholdReliable: false)
  }

  /// `ComposableParentThreshold` with the root's description.
  public var description: String { "ComposableParentThreshold{root:\(root)}" }
}
