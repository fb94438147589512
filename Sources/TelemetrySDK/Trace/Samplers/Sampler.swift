/// Decides for each new span whether it is recorded and exported. Called on the threads that start spans, on several at
/// once; it must not block.
///
/// The description names the sampler and its settings, as in `TraceIdRatioBased{0.000100}`.
public protocol Sampler: Sendable, CustomStringConvertible {
  /// Decides about a span before it exists.
  /// - Parameters:
  ///   - parent: The parent's identity; invalid for the first span of a trace.
  ///   - context: The context in which the span starts, with its baggage.
  ///   - traceID: The trace of the new span: the parent's, or a new one.
  ///   - name: The span's name.
  ///   - kind: The span's kind.
  ///   - attributes: The attributes with which the span starts.
  ///   - links: The links with which the span starts.
  func shouldSample(
    parent: SpanContext, context: TraceContext, traceID: TraceID, name: String, kind: SpanData.Kind,
    attributes: Attributes, links: [RecordingSpan.Link]
  ) -> SamplingResult
}
