internal import TelemetrySDK

// Fields stand in falling order, since the writer goes backwards. Tags are field number << 3 | wire type.
extension WireWriter {
  /// One `Span` as field 2 of `ScopeSpans`.
  @inline(__always)
  mutating func span(_ span: borrowing Borrowed<SpanData>) {
    ensure(0)
    let mark = written
    if span.value.flags != 0 {
      fixed32(span.value.flags)
      bytes(0x85, 0x01)
    }
    status(span.value.status)
    varintField(0x70, UInt64(span.value.droppedLinksCount))
    links(span.value.links)
    varintField(0x60, UInt64(span.value.droppedEventsCount))
    events(span.value.events)
    varintField(0x50, UInt64(span.value.droppedAttributesCount))
    attributes(0x4A, span.value.attributes)
    fixed64Field(0x41, span.value.endTimeUnixNano)
    fixed64Field(0x39, span.value.startTimeUnixNano)
    varintField(0x30, UInt64(span.value.kind.rawValue))
    stringField(0x2A, span.value.name)
    spanIDField(0x22, span.value.parentSpanID)
    stringField(0x1A, span.value.traceState)
    spanIDField(0x12, span.value.spanID)
    traceIDField(0x0A, span.value.traceID)
    prefix(0x12, since: mark)
  }

  /// Left out when nothing was said (6.8.9).
  @inline(__always)
  private mutating func status(_ status: borrowing SpanData.Status) {
    let mark = written
    varintField(0x18, UInt64(status.code.rawValue))
    stringField(0x12, status.message)
    if written != mark { prefix(0x7A, since: mark) }
  }

  @inline(__always)
  private mutating func links(_ links: borrowing [SpanData.Link]) {
    links.forEachReversed { link($0) }
  }

  @inline(__always)
  private mutating func link(_ link: borrowing Borrowed<SpanData.Link>) {
    ensure(0)
    let mark = written
    if link.value.flags != 0 {
      fixed32(link.value.flags)
      byte(0x35)
    }
    varintField(0x28, UInt64(link.value.droppedAttributesCount))
    attributes(0x22, link.value.attributes)
    stringField(0x1A, link.value.traceState)
    spanIDField(0x12, link.value.spanID)
    traceIDField(0x0A, link.value.traceID)
    prefix(0x6A, since: mark)
  }

  @inline(__always)
  private mutating func events(_ events: borrowing [SpanData.Event]) {
    events.forEachReversed { event($0) }
  }

  @inline(__always)
  private mutating func event(_ event: borrowing Borrowed<SpanData.Event>) {
    let mark = written
    varintField(0x20, UInt64(event.value.droppedAttributesCount))
    attributes(0x1A, event.value.attributes)
    stringField(0x12, event.value.name)
    fixed64Field(0x09, event.value.timeUnixNano)
    prefix(0x5A, since: mark)
  }

  /// An invalid id stands for none, which is left out.
  @inline(__always)
  private mutating func traceIDField(_ tag: UInt8, _ id: TraceID) {
    guard id.isValid else { return }
    bigEndian(id.low)
    bigEndian(id.high)
    bytes(tag, 16)
  }

  @inline(__always)
  private mutating func spanIDField(_ tag: UInt8, _ id: SpanID) {
    guard id.isValid else { return }
    bigEndian(id.value)
    bytes(tag, 8)
  }
}
