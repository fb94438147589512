package import TelemetrySDK

extension SpanData: DecodableItem {
  package static func decode(
    _ reader: ProtobufReader, _ values: inout AttributeReader, _ resource: Resource, _ scope: InstrumentationScope
  ) throws(WireError) -> SpanData {
    var reader = reader
    try values.count(reader)
    var span = SpanData(
      traceID: .invalid, spanID: .invalid, name: "", kind: .unspecified, startTimeUnixNano: 0, endTimeUnixNano: 0,
      resource: resource, scope: scope)
    // Collected apart: appending to an observed property of the span could copy it each time.
    var attributes = Attributes()
    var (events, links): ([SpanData.Event], [SpanData.Link]) = ([], [])
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Span.traceID: span.traceID = try reader.traceID()
      case WireTags.Span.spanID: span.spanID = try reader.spanID()
      case WireTags.Span.traceState: span.traceState = try reader.string()
      case WireTags.Span.parentSpanID: span.parentSpanID = try reader.spanID()
      case WireTags.Span.name: span.name = try reader.string()
      case WireTags.Span.kind:
        span.kind = SpanData.Kind(rawValue: UInt8(clamping: try reader.varint())) ?? .unspecified
      case WireTags.Span.startTimeUnixNano: span.startTimeUnixNano = try reader.fixed64()
      case WireTags.Span.endTimeUnixNano: span.endTimeUnixNano = try reader.fixed64()
      case WireTags.Span.attributes:
        attributes.elements.append(try values.keyValue(try reader.message()))
      case WireTags.Span.droppedAttributesCount: span.droppedAttributesCount = try reader.uint32()
      case WireTags.Span.events: events.append(try event(try reader.message(), &values))
      case WireTags.Span.droppedEventsCount: span.droppedEventsCount = try reader.uint32()
      case WireTags.Span.links: links.append(try link(try reader.message(), &values))
      case WireTags.Span.droppedLinksCount: span.droppedLinksCount = try reader.uint32()
      case WireTags.Span.status: try status(try reader.message(), &span.status)
      case WireTags.Span.flagsNumber: span.flags = try reader.fixed32()
      default: try reader.skip(tag)
      }
    }
    span.attributes = attributes
    span.events = events
    span.links = links
    return span
  }

  private static func event(
    _ reader: ProtobufReader, _ values: inout AttributeReader
  ) throws(WireError) -> SpanData.Event {
    var reader = reader
    try values.count(reader)
    var event = SpanData.Event(name: "", timeUnixNano: 0)
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Event.timeUnixNano: event.timeUnixNano = try reader.fixed64()
      case WireTags.Event.name: event.name = try reader.string()
      case WireTags.Event.attributes:
        event.attributes.elements.append(try values.keyValue(try reader.message()))
      case WireTags.Event.droppedAttributesCount: event.droppedAttributesCount = try reader.uint32()
      default: try reader.skip(tag)
      }
    }
    return event
  }

  private static func link(
    _ reader: ProtobufReader, _ values: inout AttributeReader
  ) throws(WireError) -> SpanData.Link {
    var reader = reader
    try values.count(reader)
    var link = SpanData.Link(traceID: .invalid, spanID: .invalid)
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Link.traceID: link.traceID = try reader.traceID()
      case WireTags.Link.spanID: link.spanID = try reader.spanID()
      case WireTags.Link.traceState: link.traceState = try reader.string()
      case WireTags.Link.attributes: link.attributes.elements.append(try values.keyValue(try reader.message()))
      case WireTags.Link.droppedAttributesCount: link.droppedAttributesCount = try reader.uint32()
      case WireTags.Link.flags: link.flags = try reader.fixed32()
      default: try reader.skip(tag)
      }
    }
    return link
  }

  private static func status(_ reader: ProtobufReader, _ status: inout SpanData.Status) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.Status.message: status.message = try reader.string()
      case WireTags.Status.code:
        status.code = SpanData.Status.Code(rawValue: UInt8(clamping: try reader.varint())) ?? .unset
      default: try reader.skip(tag)
      }
    }
  }
}
