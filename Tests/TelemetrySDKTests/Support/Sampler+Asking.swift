import TelemetrySDK

extension Sampler {
  /// The result for a span of this trace without attributes and links.
  func ask(_ traceID: TraceID = TraceID(high: 1, low: 2), parent: SpanContext = .invalid) -> SamplingResult {
    shouldSample(
      parent: parent, context: TraceContext(), traceID: traceID, name: "span", kind: .internal, attributes: [:],
      links: [])
  }
}
