internal import OTLPWire
internal import TelemetrySDK

extension RowEncoder {
  /// The fields of a span that occur once.
  struct SpanFields {
    var traceID = MessageBytes.empty
    var spanID = MessageBytes.empty
    var parentSpanID = MessageBytes.empty
    var traceState = MessageBytes.empty
    var name = MessageBytes.empty
    var kind: Int32 = 0
    var start: UInt64 = 0
    var end: UInt64 = 0
    var flags: UInt64 = 0
    var statusCode: Int32 = 0
    var statusMessage = MessageBytes.empty
    var droppedAttributes: UInt64 = 0
    var droppedEvents: UInt64 = 0
    var droppedLinks: UInt64 = 0
    var hasUnknown = false
    /// Identifies the span beside its identifiers, so that two different spans with the same ones are both kept.
    var digest: UInt64 = 0
  }

  mutating func span(_ message: MessageBytes, _ owners: Owners) throws(WireError) {
    var span = try spanFields(message)
    span.digest = Digest.digest(message, seed: owners.seed)
    spans.isInexact = span.hasUnknown
    events.isInexact = false
    links.isInexact = false
    try eventsAndLinks(message, span)
    spans.beginRow(.spans)
    spans.bytes(span.traceID)
    spans.bytes(span.spanID)
    spans.int64(span.digest)
    spans.bytesOrNull(span.parentSpanID)
    spans.text(span.name)
    spans.int32(span.kind)
    spans.int64(span.start)
    spans.int64(span.end)
    spans.int32(span.statusCode)
    spans.text(span.statusMessage)
    spans.text(span.traceState)
    spans.int64(span.flags)
    spans.int64(span.droppedAttributes)
    spans.int64(span.droppedEvents)
    spans.int64(span.droppedLinks)
    spans.bytes(owners.resource)
    spans.bytes(owners.scope)
    try spans.attributes(of: message, WireTags.Span.attributes, &keys)
    if events.isInexact || links.isInexact { spans.isInexact = true }
    spans.messageIfInexact(message)
  }

  private func spanFields(_ message: MessageBytes) throws(WireError) -> SpanFields {
    var fields = message.fields()
    var span = SpanFields()
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Span.attributes, WireTags.Span.events, WireTags.Span.links: _ = try fields.bytes()
      case WireTags.Span.traceID: span.traceID = try fields.bytes()
      case WireTags.Span.spanID: span.spanID = try fields.bytes()
      case WireTags.Span.parentSpanID: span.parentSpanID = try fields.bytes()
      case WireTags.Span.traceState: span.traceState = try fields.bytes()
      case WireTags.Span.name: span.name = try fields.bytes()
      case WireTags.Span.kind: span.kind = Int32(truncatingIfNeeded: try fields.varint())
      case WireTags.Span.startTimeUnixNano: span.start = try fields.fixed64()
      case WireTags.Span.endTimeUnixNano: span.end = try fields.fixed64()
      case WireTags.Span.flagsNumber: span.flags = UInt64(try fields.fixed32())
      case WireTags.Span.droppedAttributesCount: span.droppedAttributes = UInt64(try fields.uint32())
      case WireTags.Span.droppedEventsCount: span.droppedEvents = UInt64(try fields.uint32())
      case WireTags.Span.droppedLinksCount: span.droppedLinks = UInt64(try fields.uint32())
      case WireTags.Span.status: try status(try fields.message(), &span)
      default:
        span.hasUnknown = true
        try fields.skip(tag)
      }
    }
    return span
  }

  private func status(_ fields: ProtobufReader, _ span: inout SpanFields) throws(WireError) {
    var fields = fields
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Status.message: span.statusMessage = try fields.bytes()
      case WireTags.Status.code: span.statusCode = Int32(truncatingIfNeeded: try fields.varint())
      default:
        span.hasUnknown = true
        try fields.skip(tag)
      }
    }
  }

  // MARK: Events and links

  private mutating func eventsAndLinks(_ message: MessageBytes, _ span: SpanFields) throws(WireError) {
    var fields = message.fields()
    var (eventCount, linkCount): (Int32, Int32) = (0, 0)
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Span.events:
        try event(try fields.bytes(), span, eventCount)
        eventCount += 1
      case WireTags.Span.links:
        try link(try fields.bytes(), span, linkCount)
        linkCount += 1
      default: try fields.skip(tag)
      }
    }
  }

  private mutating func event(_ message: MessageBytes, _ span: SpanFields, _ position: Int32) throws(WireError) {
    var fields = message.fields()
    var (time, name, dropped) = (UInt64(0), MessageBytes.empty, UInt64(0))
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Event.attributes: _ = try fields.bytes()
      case WireTags.Event.timeUnixNano: time = try fields.fixed64()
      case WireTags.Event.name: name = try fields.bytes()
      case WireTags.Event.droppedAttributesCount: dropped = UInt64(try fields.uint32())
      default:
        events.isInexact = true
        try fields.skip(tag)
      }
    }
    events.beginRow(.spanEvents)
    events.spanKey(span, position)
    events.int64(time)
    events.text(name)
    events.int64(dropped)
    try events.attributes(of: message, WireTags.Event.attributes, &keys)
  }

  private mutating func link(_ message: MessageBytes, _ span: SpanFields, _ position: Int32) throws(WireError) {
    var fields = message.fields()
    var (traceID, spanID, traceState) = (MessageBytes.empty, MessageBytes.empty, MessageBytes.empty)
    var (flags, dropped): (UInt64, UInt64) = (0, 0)
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Link.attributes: _ = try fields.bytes()
      case WireTags.Link.traceID: traceID = try fields.bytes()
      case WireTags.Link.spanID: spanID = try fields.bytes()
      case WireTags.Link.traceState: traceState = try fields.bytes()
      case WireTags.Link.flags: flags = UInt64(try fields.fixed32())
      case WireTags.Link.droppedAttributesCount: dropped = UInt64(try fields.uint32())
      default:
        links.isInexact = true
        try fields.skip(tag)
      }
    }
    links.beginRow(.spanLinks)
    links.spanKey(span, position)
    links.bytes(traceID)
    links.bytes(spanID)
    links.text(traceState)
    links.int64(flags)
    links.int64(dropped)
    try links.attributes(of: message, WireTags.Link.attributes, &keys)
  }
}

extension RowBuffer {
  /// Writes the key of an event or a link.
  fileprivate mutating func spanKey(_ span: RowEncoder.SpanFields, _ position: Int32) {
    bytes(span.traceID)
    bytes(span.spanID)
    int64(span.digest)
    int32(position)
  }
}
