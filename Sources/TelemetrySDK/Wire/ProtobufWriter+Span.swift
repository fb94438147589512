// Fields are written in falling order, because the writer goes backwards.
extension ProtobufWriter {
  /// Writes the fields of a `Span`.
  @inline(__always)
  mutating func span(_ span: borrowing Borrowed<SpanData>) {
    ensure(0)
    fixed32Field(WireTags.Span.flags, span.value.flags)
    status(span.value.status)
    varintField(WireTags.Span.droppedLinksCount, UInt64(span.value.droppedLinksCount))
    span.value.links.forEachReversed { link($0) }
    varintField(WireTags.Span.droppedEventsCount, UInt64(span.value.droppedEventsCount))
    span.value.events.forEachReversed { event($0) }
    varintField(WireTags.Span.droppedAttributesCount, UInt64(span.value.droppedAttributesCount))
    attributes(WireTags.Span.attributes, span.value.attributes)
    fixed64Field(WireTags.Span.endTimeUnixNano, span.value.endTimeUnixNano)
    fixed64Field(WireTags.Span.startTimeUnixNano, span.value.startTimeUnixNano)
    varintField(WireTags.Span.kind, UInt64(span.value.kind.rawValue))
    stringField(WireTags.Span.name, span.value.name)
    spanIDField(WireTags.Span.parentSpanID, span.value.parentSpanID)
    stringField(WireTags.Span.traceState, span.value.traceState)
    spanIDField(WireTags.Span.spanID, span.value.spanID)
    traceIDField(WireTags.Span.traceID, span.value.traceID)
  }

  /// Writes a status, unless it is empty (6.8.9).
  @inline(__always)
  private mutating func status(_ status: borrowing SpanData.Status) {
    let mark = written
    varintField(WireTags.Status.code, UInt64(status.code.rawValue))
    stringField(WireTags.Status.message, status.message)
    if written != mark { prefix(WireTags.Span.status, since: mark) }
  }

  @inline(__always)
  private mutating func link(_ link: borrowing Borrowed<SpanData.Link>) {
    ensure(0)
    let mark = written
    fixed32Field(WireTags.Link.flags, link.value.flags)
    varintField(WireTags.Link.droppedAttributesCount, UInt64(link.value.droppedAttributesCount))
    attributes(WireTags.Link.attributes, link.value.attributes)
    stringField(WireTags.Link.traceState, link.value.traceState)
    spanIDField(WireTags.Link.spanID, link.value.spanID)
    traceIDField(WireTags.Link.traceID, link.value.traceID)
    prefix(WireTags.Span.links, since: mark)
  }

  @inline(__always)
  private mutating func event(_ event: borrowing Borrowed<SpanData.Event>) {
    let mark = written
    varintField(WireTags.Event.droppedAttributesCount, UInt64(event.value.droppedAttributesCount))
    attributes(WireTags.Event.attributes, event.value.attributes)
    stringField(WireTags.Event.name, event.value.name)
    fixed64Field(WireTags.Event.timeUnixNano, event.value.timeUnixNano)
    prefix(WireTags.Span.events, since: mark)
  }

  /// Writes an id, unless it is invalid, which means that there is none.
  @inline(__always)
  mutating func traceIDField(_ tag: UInt8, _ id: TraceID) {
    guard id.isValid else { return }
    bigEndian(id.low)
    bigEndian(id.high)
    prefix(tag, count: 16)
  }

  @inline(__always)
  mutating func spanIDField(_ tag: UInt8, _ id: SpanID) {
    guard id.isValid else { return }
    bigEndian(id.value)
    prefix(tag, count: 8)
  }
}
