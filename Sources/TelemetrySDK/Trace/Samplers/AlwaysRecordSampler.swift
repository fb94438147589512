/// Records every span: processors also see the spans that another sampler drops, exporters don't.
public struct AlwaysRecordSampler: Sampler {
  private let root: any Sampler

  /// Makes a sampler that asks `root`.
  public init(_ root: any Sampler) { self.root = root }

  /// The decision of the other sampler, with `recordOnly` in place of `drop`.
  public func shouldSample(
    parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
    attributes: Attributes, links: [RecordingSpan.Link]
  ) -> SamplingResult {
    var result = root.shouldSample(
      parent: parent, context: context, traceID: traceID, name: name, kind: kind, attributes: attributes, links: links)
    if result.decision == .drop { result.decision = .recordOnly }
    return result
  }

  /// `AlwaysRecord` with the other sampler's description.
  public var description: String { "AlwaysRecord{\(root)}" }
}
