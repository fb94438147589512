internal import TelemetrySDK

// Fields are written in falling order, because the writer goes backwards.
extension ProtobufWriter {
  /// Writes a `Span` as a field of `ScopeSpans`.
  @inline(__always)
  mutating func span(_ span: borrowing Borrowed<SpanData>) {
    ensure(0)
    let mark = written
    fixed32Field(FieldTag.Span.flags, span.value.flags)
    status(span.value.status)
    varintField(FieldTag.Span.droppedLinksCount, UInt64(span.value.droppedLinksCount))
    span.value.links.forEachReversed { link($0) }
    varintField(FieldTag.Span.droppedEventsCount, UInt64(span.value.droppedEventsCount))
    span.value.events.forEachReversed { event($0) }
    varintField(FieldTag.Span.droppedAttributesCount, UInt64(span.value.droppedAttributesCount))
    attributes(FieldTag.Span.attributes, span.value.attributes)
    fixed64Field(FieldTag.Span.endTimeUnixNano, span.value.endTimeUnixNano)
    fixed64Field(FieldTag.Span.startTimeUnixNano, span.value.startTimeUnixNano)
    varintField(FieldTag.Span.kind, UInt64(span.value.kind.rawValue))
    stringField(FieldTag.Span.name, span.value.name)
    spanIDField(FieldTag.Span.parentSpanID, span.value.parentSpanID)
    stringField(FieldTag.Span.traceState, span.value.traceState)
    spanIDField(FieldTag.Span.spanID, span.value.spanID)
    traceIDField(FieldTag.Span.traceID, span.value.traceID)
    prefix(FieldTag.ScopeSpans.spans, since: mark)
  }

  /// Writes a status, unless it is empty (6.8.9).
  @inline(__always)
  private mutating func status(_ status: borrowing SpanData.Status) {
    let mark = written
    varintField(FieldTag.Status.code, UInt64(status.code.rawValue))
    stringField(FieldTag.Status.message, status.message)
    if written != mark { prefix(FieldTag.Span.status, since: mark) }
  }

  @inline(__always)
  private mutating func link(_ link: borrowing Borrowed<SpanData.Link>) {
    ensure(0)
    let mark = written
    fixed32Field(FieldTag.Link.flags, link.value.flags)
    varintField(FieldTag.Link.droppedAttributesCount, UInt64(link.value.droppedAttributesCount))
    attributes(FieldTag.Link.attributes, link.value.attributes)
    stringField(FieldTag.Link.traceState, link.value.traceState)
    spanIDField(FieldTag.Link.spanID, link.value.spanID)
    traceIDField(FieldTag.Link.traceID, link.value.traceID)
    prefix(FieldTag.Span.links, since: mark)
  }

  @inline(__always)
  private mutating func event(_ event: borrowing Borrowed<SpanData.Event>) {
    let mark = written
    varintField(FieldTag.Event.droppedAttributesCount, UInt64(event.value.droppedAttributesCount))
    attributes(FieldTag.Event.attributes, event.value.attributes)
    stringField(FieldTag.Event.name, event.value.name)
    fixed64Field(FieldTag.Event.timeUnixNano, event.value.timeUnixNano)
    prefix(FieldTag.Span.events, since: mark)
  }

  /// Writes an id, unless it is invalid, which means that there is none.
  @inline(__always)
  private mutating func traceIDField(_ tag: UInt32, _ id: TraceID) {
    guard id.isValid else { return }
    bigEndian(id.low)
    bigEndian(id.high)
    prefix(tag, count: 16)
  }

  @inline(__always)
  private mutating func spanIDField(_ tag: UInt32, _ id: SpanID) {
    guard id.isValid else { return }
    bigEndian(id.value)
    prefix(tag, count: 8)
  }
}
