/// Samples every span.
@frozen
public struct AlwaysOnSampler: Sampler {
  /// Makes the sampler.
  @inlinable
  public init() {}

  /// `recordAndSample`, whatever the span.
  @inlinable
  public func shouldSample(
    parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
    attributes: Attributes, links: [RecordingSpan.Link]
  ) -> SamplingResult {
    SamplingResult(.recordAndSample)
  }

  /// `AlwaysOnSampler`.
  public var description: String { "AlwaysOnSampler" }
}
