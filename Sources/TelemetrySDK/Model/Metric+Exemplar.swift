extension Metric {
  /// A measurement that a data point contains, with the span in which it was made.
  @frozen
  public struct Exemplar: Hashable, Sendable {
    /// The attributes of the measurement that the data point doesn't have.
    public var filteredAttributes: Attributes
    /// The time of the measurement, in nanoseconds since 1970.
    public var timeUnixNano: UInt64
    /// The measured value; nil for none.
    public var value: Value?
    /// The trace of the span; ``TraceID/invalid`` for none.
    public var traceID: TraceID
    /// The span; ``SpanID/invalid`` for none.
    public var spanID: SpanID

    /// Makes an exemplar. No value is checked.
    @inlinable
    public init(
      _ value: Value?, timeUnixNano: UInt64, filteredAttributes: Attributes = Attributes(),
      traceID: TraceID = TraceID(high: 0, low: 0), spanID: SpanID = SpanID(0)
    ) {
      self.filteredAttributes = filteredAttributes
      self.timeUnixNano = timeUnixNano
      self.value = value
      self.traceID = traceID
      self.spanID = spanID
    }
  }
}
