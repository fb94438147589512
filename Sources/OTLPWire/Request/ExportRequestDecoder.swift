package import TelemetrySDK

/// Decodes `ExportTraceServiceRequest`s, for receivers and tests.
///
/// Unknown fields are skipped. Of a single field that occurs twice the last wins; a message that occurs twice is merged.
/// An unknown enum value becomes the unspecified one.
package struct ExportRequestDecoder {
  /// The limits of one message.
  package struct Limits: Sendable {
    package var maxBytes = 64 << 20
    package var maxSpans = 1 << 20
    /// Spans, events, links, attributes and values together: a few bytes can encode many of them.
    package var maxItems = 8 << 20
    /// Messages nested in each other.
    package var maxDepth = 100

    package init() {}
  }

  private let maxSpans: Int
  var attributes: AttributeReader
  private var spans: [SpanData] = []

  /// The spans of a request. Spans of one `ResourceSpans` share one `Resource`, those of one `ScopeSpans` share one
  /// `InstrumentationScope`.
  package static func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws(WireError) -> [SpanData] {
    guard bytes.count <= limits.maxBytes else { throw WireError(.tooLarge, at: limits.maxBytes) }
    var decoder = ExportRequestDecoder(limits)
    try bytes.reading(maxDepth: limits.maxDepth) { (reader) throws(WireError) in try decoder.request(reader) }
    return decoder.spans
  }

  private init(_ limits: Limits) {
    maxSpans = limits.maxSpans
    attributes = AttributeReader(itemsLeft: limits.maxItems)
  }

  private mutating func request(_ reader: ProtobufReader) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch tag {
      case FieldTag.ExportRequest.resourceSpans: try resourceSpans(try reader.message())
      default: try reader.skip(tag)
      }
    }
  }

  // The resource may follow its spans, so the message is read twice.
  private mutating func resourceSpans(_ reader: ProtobufReader) throws(WireError) {
    var (first, second) = (reader, reader)
    var attributes = Attributes()
    var dropped: UInt32 = 0
    var schemaURL = ""
    while let tag = try first.nextTag() {
      switch tag {
      case FieldTag.ResourceSpans.resource: try resource(try first.message(), &attributes, &dropped)
      case FieldTag.ResourceSpans.schemaURL: schemaURL = try first.string()
      default: try first.skip(tag)
      }
    }
    let resource = Resource.decoded(attributes, droppedAttributesCount: dropped, schemaURL: schemaURL)
    while let tag = try second.nextTag() {
      switch tag {
      case FieldTag.ResourceSpans.scopeSpans: try scopeSpans(try second.message(), resource)
      default: try second.skip(tag)
      }
    }
  }

  private mutating func resource(
    _ reader: ProtobufReader, _ attributes: inout Attributes, _ dropped: inout UInt32
  ) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch tag {
      case FieldTag.Resource.attributes:
        attributes.elements.append(try self.attributes.keyValue(try reader.message()))
      case FieldTag.Resource.droppedAttributesCount: dropped = try reader.uint32()
      default: try reader.skip(tag)
      }
    }
  }

  private mutating func scopeSpans(_ reader: ProtobufReader, _ resource: Resource) throws(WireError) {
    var (first, second) = (reader, reader)
    var fields = ScopeFields()
    while let tag = try first.nextTag() {
      switch tag {
      case FieldTag.ScopeSpans.scope: try scope(try first.message(), &fields)
      case FieldTag.ScopeSpans.schemaURL: fields.schemaURL = try first.string()
      default: try first.skip(tag)
      }
    }
    let scope = fields.scope
    while let tag = try second.nextTag() {
      switch tag {
      case FieldTag.ScopeSpans.spans:
        guard spans.count < maxSpans else { throw WireError(.tooLarge, at: second.position) }
        spans.append(try span(try second.message(), resource, scope))
      default: try second.skip(tag)
      }
    }
  }

  private mutating func scope(_ reader: ProtobufReader, _ fields: inout ScopeFields) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch tag {
      case FieldTag.Scope.name: fields.name = try reader.string()
      case FieldTag.Scope.version: fields.version = try reader.string()
      case FieldTag.Scope.attributes:
        fields.attributes.elements.append(try attributes.keyValue(try reader.message()))
      case FieldTag.Scope.droppedAttributesCount: fields.droppedAttributesCount = try reader.uint32()
      default: try reader.skip(tag)
      }
    }
  }

  private mutating func span(
    _ reader: ProtobufReader, _ resource: Resource, _ scope: InstrumentationScope
  ) throws(WireError) -> SpanData {
    var reader = reader
    try attributes.count(reader)
    var span = SpanData(
      traceID: .invalid, spanID: .invalid, name: "", kind: .unspecified, startTimeUnixNano: 0, endTimeUnixNano: 0,
      resource: resource, scope: scope)
    // Collected apart: appending to an observed property of the span could copy it each time.
    var attributes = Attributes()
    var (events, links): ([SpanData.Event], [SpanData.Link]) = ([], [])
    while let tag = try reader.nextTag() {
      switch tag {
      case FieldTag.Span.traceID: span.traceID = try reader.traceID()
      case FieldTag.Span.spanID: span.spanID = try reader.spanID()
      case FieldTag.Span.traceState: span.traceState = try reader.string()
      case FieldTag.Span.parentSpanID: span.parentSpanID = try reader.spanID()
      case FieldTag.Span.name: span.name = try reader.string()
      case FieldTag.Span.kind:
        span.kind = SpanData.Kind(rawValue: UInt8(clamping: try reader.varint())) ?? .unspecified
      case FieldTag.Span.startTimeUnixNano: span.startTimeUnixNano = try reader.fixed64()
      case FieldTag.Span.endTimeUnixNano: span.endTimeUnixNano = try reader.fixed64()
      case FieldTag.Span.attributes:
        attributes.elements.append(try self.attributes.keyValue(try reader.message()))
      case FieldTag.Span.droppedAttributesCount: span.droppedAttributesCount = try reader.uint32()
      case FieldTag.Span.events: events.append(try event(try reader.message()))
      case FieldTag.Span.droppedEventsCount: span.droppedEventsCount = try reader.uint32()
      case FieldTag.Span.links: links.append(try link(try reader.message()))
      case FieldTag.Span.droppedLinksCount: span.droppedLinksCount = try reader.uint32()
      case FieldTag.Span.status: try status(try reader.message(), &span.status)
      case FieldTag.Span.flags: span.flags = try reader.fixed32()
      default: try reader.skip(tag)
      }
    }
    span.attributes = attributes
    span.events = events
    span.links = links
    return span
  }

  private mutating func event(_ reader: ProtobufReader) throws(WireError) -> SpanData.Event {
    var reader = reader
    try attributes.count(reader)
    var event = SpanData.Event(name: "", timeUnixNano: 0)
    while let tag = try reader.nextTag() {
      switch tag {
      case FieldTag.Event.timeUnixNano: event.timeUnixNano = try reader.fixed64()
      case FieldTag.Event.name: event.name = try reader.string()
      case FieldTag.Event.attributes:
        event.attributes.elements.append(try attributes.keyValue(try reader.message()))
      case FieldTag.Event.droppedAttributesCount: event.droppedAttributesCount = try reader.uint32()
      default: try reader.skip(tag)
      }
    }
    return event
  }

  private mutating func link(_ reader: ProtobufReader) throws(WireError) -> SpanData.Link {
    var reader = reader
    try attributes.count(reader)
    var link = SpanData.Link(traceID: .invalid, spanID: .invalid)
    while let tag = try reader.nextTag() {
      switch tag {
      case FieldTag.Link.traceID: link.traceID = try reader.traceID()
      case FieldTag.Link.spanID: link.spanID = try reader.spanID()
      case FieldTag.Link.traceState: link.traceState = try reader.string()
      case FieldTag.Link.attributes: link.attributes.elements.append(try attributes.keyValue(try reader.message()))
      case FieldTag.Link.droppedAttributesCount: link.droppedAttributesCount = try reader.uint32()
      case FieldTag.Link.flags: link.flags = try reader.fixed32()
      default: try reader.skip(tag)
      }
    }
    return link
  }

  private func status(_ reader: ProtobufReader, _ status: inout SpanData.Status) throws(WireError) {
    var reader = reader
    while let tag = try reader.nextTag() {
      switch tag {
      case FieldTag.Status.message: status.message = try reader.string()
      case FieldTag.Status.code:
        status.code = SpanData.Status.Code(rawValue: UInt8(clamping: try reader.varint())) ?? .unset
      default: try reader.skip(tag)
      }
    }
  }
}

extension ProtobufReader {
  mutating func traceID() throws(WireError) -> TraceID {
    let (high, low) = try identifier(words: 2)
    return TraceID(high: high, low: low)
  }

  mutating func spanID() throws(WireError) -> SpanID { SpanID(try identifier(words: 1).0) }
}
