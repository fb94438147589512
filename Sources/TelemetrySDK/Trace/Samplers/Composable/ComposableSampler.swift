/// Says what it wishes about a new span, so that other samplers can build upon it. A ``CompositeSampler`` decides by the wish.
/// Called on the threads that start spans, on several at once; it must not block.
///
/// Specification: trace SDK, ComposableSampler (in development).
public protocol ComposableSampler: Sendable, CustomStringConvertible {
  /// The wish about a span.
  func samplingIntent(for span: SamplingParameters) -> SamplingIntent
}
