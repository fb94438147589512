/// Decides as the parent was decided about; spans without a parent are left to another sampler. The default sampler of
/// the SDK is `ParentBasedSampler(root: AlwaysOnSampler())`.
public struct ParentBasedSampler: Sampler {
  /// Decides about spans without a parent.
  public var root: any Sampler
  /// Decides about spans with a remote parent that is sampled; ``AlwaysOnSampler`` by default.
  public var remoteParentSampled: any Sampler
  /// Decides about spans with a remote parent that isn't sampled; ``AlwaysOffSampler`` by default.
  public var remoteParentNotSampled: any Sampler
  /// Decides about spans with a local parent that is sampled; ``AlwaysOnSampler`` by default.
  public var localParentSampled: any Sampler
  /// Decides about spans with a local parent that isn't sampled; ``AlwaysOffSampler`` by default.
  public var localParentNotSampled: any Sampler

  /// Makes a sampler of five others.
  public init(
    root: any Sampler, remoteParentSampled: any Sampler = AlwaysOnSampler(),
    remoteParentNotSampled: any Sampler = AlwaysOffSampler(), localParentSampled: any Sampler = AlwaysOnSampler(),
    localParentNotSampled: any Sampler = AlwaysOffSampler()
  ) {
    self.root = root
    self.remoteParentSampled = remoteParentSampled
    self.remoteParentNotSampled = remoteParentNotSampled
    self.localParentSampled = localParentSampled
    self.localParentNotSampled = localParentNotSampled
  }

  /// The decision of the sampler that the parent selects.
  public func shouldSample(
    parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
    attributes: Attributes, links: [RecordingSpan.Link]
  ) -> SamplingResult {
    let delegate: any Sampler =
      switch (parent.isValid, parent.isRemote, parent.isSampled) {
      case (false, _, _): root
      case (true, true, true): remoteParentSampled
      case (true, true, false): remoteParentNotSampled
      case (true, false, true): localParentSampled
      case (true, false, false): localParentNotSampled
      }
    return delegate.shouldSample(
      parent: parent, context: context, traceID: traceID, name: name, kind: kind, attributes: attributes, links: links)
  }

  /// `ParentBased` with the descriptions of all five samplers.
  public var description: String {
    "ParentBased{root:\(root),remoteParentSampled:\(remoteParentSampled),"
      + "remoteParentNotSampled:\(remoteParentNotSampled),localParentSampled:\(localParentSampled),"
      + "localParentNotSampled:\(localParentNotSampled)}"
  }
}
