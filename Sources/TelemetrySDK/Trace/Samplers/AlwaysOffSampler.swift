/// Drops every span.
@frozen
public struct AlwaysOffSampler: Sampler {
  /// Makes the sampler.
  @inlinable
  public init() {}

  /// `drop`, whatever the span.
  @inlinable
  public func shouldSample(
    parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
    attributes: Attributes, links: [RecordingSpan.Link]
  ) -> SamplingResult {
    SamplingResult(.drop)
  }

  /// `AlwaysOffSampler`.
  public var description: String { "AlwaysOffSampler" }
}
