/// The parameters of a span that isn't made yet, for a ``ComposableSampler``: those of ``Sampler`` without the trace's id.
public struct SamplingParameters: Sendable {
  /// The parent's identity; invalid for the first span of a trace.
  public let parent: SpanContext
  /// The context in which the span starts, with its baggage.
  public let context: TraceContext
  /// The span's name.
  public let name: String
  /// The span's kind.
  public let kind: SpanData.Kind
  /// The attributes with which the span starts.
  public let attributes: Attributes
  /// The links with which the span starts.
  public let links: [RecordingSpan.Link]
}
