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
    while let tag = try reader.nextTag() { try span.read(tag, &reader, &values) }
    return span
  }

  private mutating func read(
    _ tag: UInt32, _ reader: inout ProtobufReader, _ values: inout AttributeReader
  ) throws(WireError) {
    switch WireTags.short(tag) {
    case WireTags.Span.traceID: traceID = try reader.traceID()
    case WireTags.Span.spanID: spanID = try reader.spanID()
    case WireTags.Span.traceState: traceState = try reader.string()
    case WireTags.Span.parentSpanID: parentSpanID = try reader.spanID()
    case WireTags.Span.name: name = try reader.string()
    case WireTags.Span.kind:
      kind = SpanData.Kind(rawValue: UInt8(clamping: try reader.varint())) ?? .unspecified
    case WireTags.Span.startTimeUnixNano: startTimeUnixNano = try reader.fixed64()
    case WireTags.Span.endTimeUnixNano: endTimeUnixNano = try reader.fixed64()
    case WireTags.Span.attributes:
      attributes.elements.append(try values.keyValue(try reader.message()))
    case WireTags.Span.droppedAttributesCount: droppedAttributesCount = try reader.uint32()
    case WireTags.Span.events: events.append(try Self.event(try reader.message(), &values))
    case WireTags.Span.droppedEventsCount: droppedEventsCount = try reader.uint32()
    case WireTags.Span.links: links.append(try Self.link(try reader.message(), &values))
    case WireTags.Span.droppedLinksCount: droppedLinksCount = try reader.uint32()
    case WireTags.Span.status: try Self.status(try reader.message(), &status)
    case WireTags.Span.flagsNumber: flags = try reader.fixed32()
    default: try reader.skip(tag)
    }
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
