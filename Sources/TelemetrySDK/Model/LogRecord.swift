/// A log record for export: OTLP's `LogRecord` with its resource and scope.
@frozen
public struct LogRecord: Hashable, Sendable {
  /// The time of the event, in nanoseconds since 1970; 0 if the source doesn't know it.
  public var timeUnixNano: UInt64
  /// The time at which telemetry saw the event, in nanoseconds since 1970; 0 for unknown.
  public var observedTimeUnixNano: UInt64
  /// The severity, comparable between sources.
  public var severity: Severity
  /// The severity as the source names it; empty for none.
  public var severityText: String
  /// The content: text, or a value of any kind; nil for none.
  public var body: AttributeValue?
  /// The attributes of the record.
  public var attributes: Attributes
  /// The number of attributes that were left out.
  public var droppedAttributesCount: UInt32
  /// The value on the wire: the W3C trace flags of the span; the other bits are reserved.
  public var flags: UInt32
  /// The trace in which the record was made; ``TraceID/invalid`` for none.
  public var traceID: TraceID
  /// The span in which the record was made; ``SpanID/invalid`` for none.
  public var spanID: SpanID
  /// The name that makes the record an event and identifies its structure; empty for none.
  public var eventName: String
  /// The producer of the record.
  public var resource: Resource
  /// The library that made the record.
  public var scope: InstrumentationScope

  /// Makes a log record. No value is generated or checked.
  @inlinable
  public init(
    timeUnixNano: UInt64 = 0, observedTimeUnixNano: UInt64 = 0, severity: Severity = .unspecified,
    severityText: String = "", body: AttributeValue? = nil, attributes: Attributes = Attributes(),
    droppedAttributesCount: UInt32 = 0, flags: UInt32 = 0, traceID: TraceID = TraceID(high: 0, low: 0),
    spanID: SpanID = SpanID(0), eventName: String = "", resource: Resource = .empty,
    scope: InstrumentationScope = .empty
  ) {
    self.timeUnixNano = timeUnixNano
    self.observedTimeUnixNano = observedTimeUnixNano
    self.severity = severity
    self.severityText = severityText
    self.body = body
    self.attributes = attributes
    self.droppedAttributesCount = droppedAttributesCount
    self.flags = flags
    self.traceID = traceID
    self.spanID = spanID
    self.eventName = eventName
    self.resource = resource
    self.scope = scope
  }
}
