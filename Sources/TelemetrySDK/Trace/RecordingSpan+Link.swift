extension RecordingSpan {
  /// A reference from a span to another one, of the same or another trace.
  ///
  /// It is nested since swift-distributed-tracing has a type `SpanLink`.
  public struct Link: Hashable, Sendable {
    /// The other span.
    public var context: SpanContext
    /// Attributes of the link; none by default.
    public var attributes: Attributes

    /// Makes a link.
    public init(_ context: SpanContext, attributes: Attributes = Attributes()) {
      self.context = context
      self.attributes = attributes
    }
  }
}
