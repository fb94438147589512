/// The decisions of a sampler that follow from the parent alone; nil for those that the sampler has to be asked for.
struct FixedDecisions {
  private let root: SamplingResult.Decision?
  private let remoteParentSampled: SamplingResult.Decision?
  private let remoteParentNotSampled: SamplingResult.Decision?
  private let localParentSampled: SamplingResult.Decision?
  private let localParentNotSampled: SamplingResult.Decision?

  init(of sampler: any Sampler) {
    if let sampler = sampler as? ParentBasedSampler {
      root = Self.constant(sampler.root)
      remoteParentSampled = Self.constant(sampler.remoteParentSampled)
      remoteParentNotSampled = Self.constant(sampler.remoteParentNotSampled)
      localParentSampled = Self.constant(sampler.localParentSampled)
      localParentNotSampled = Self.constant(sampler.localParentNotSampled)
    } else {
      root = Self.constant(sampler)
      remoteParentSampled = root
      remoteParentNotSampled = root
      localParentSampled = root
      localParentNotSampled = root
    }
  }

  private static func constant(_ sampler: any Sampler) -> SamplingResult.Decision? {
    switch sampler {
    case is AlwaysOnSampler: .recordAndSample
    case is AlwaysOffSampler: .drop
    default: nil
    }
  }

  /// The decision for a span with this parent.
  @inline(__always)
  func decision(parent: TraceContext.Parent) -> SamplingResult.Decision? {
    guard parent.isValid else { return root }
    if parent.isRemote { return parent.isSampled ? remoteParentSampled : remoteParentNotSampled }
    return parent.isSampled ? localParentSampled : localParentNotSampled
  }
}
