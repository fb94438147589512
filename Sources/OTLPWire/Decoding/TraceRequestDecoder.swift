package import TelemetrySDK

/// Reads `ExportTraceServiceRequest`, for receivers and tests.
package enum TraceRequestDecoder {
  /// What a message may have at most.
  package struct Limits: Sendable {
    /// Bytes of a message.
    package var maxBytes = 64 << 20
    /// Spans of a message.
    package var maxSpans = 1 << 20
    /// Spans, events, links, attributes and values together; few bytes can stand for many of them.
    package var maxItems = 8 << 20
    /// Messages within messages.
    package var maxDepth = 100

    package init() {}
  }

  /// The spans of a request. Those of one `ResourceSpans` share one `Resource`, those of one `ScopeSpans` one scope.
  ///
  /// Unknown fields are passed over, of single fields the last wins, messages that occur twice are merged. Enum values
  /// that the model doesn't know become the unspecified ones.
  package static func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws(WireError) -> [SpanData] {
    guard bytes.count <= limits.maxBytes else { throw WireError(.tooLarge, at: limits.maxBytes) }
    var decoder = SpanDecoder(limits)
    try bytes.reading(maxDepth: limits.maxDepth) { (reader) throws(WireError) in try decoder.request(reader) }
    return decoder.spans
  }
}

/// The state of one decoding. Its functions take the reader of the message that they are named for.
private struct SpanDecoder {
  private let limits: TraceRequestDecoder.Limits
  private var values: ValueDecoder
  private(set) var spans: [SpanData] = []

  init(_ limits: TraceRequestDecoder.Limits) {
    self.limits = limits
    values = ValueDecoder(itemsLeft: limits.maxItems)
  }

  mutating func request(_ reader: WireReader) throws(WireError) {
    var reader = reader
    while let key = try reader.nextKey() {
      switch key {
      case 0x0A: try resourceSpans(try reader.message())
      default: try reader.skip(key)
      }
    }
  }

  // The resource may follow the spans that it belongs to: look for it first.
  private mutating func resourceSpans(_ reader: WireReader) throws(WireError) {
    var (first, second) = (reader, reader)
    var attributes: [Attributes.Element] = []
    var dropped: UInt32 = 0
    var schemaURL = ""
    while let key = try first.nextKey() {
      switch key {
      case 0x0A: try resource(try first.message(), &attributes, &dropped)
      case 0x1A: schemaURL = try first.string()
      default: try first.skip(key)
      }
    }
    let isEmpty = attributes.isEmpty && dropped == 0 && schemaURL.isEmpty
    let resource =
      isEmpty
      ? Resource.empty
      : Resource(Attributes(unchecked: attributes), droppedAttributesCount: dropped, schemaURL: schemaURL)
    while let key = try second.nextKey() {
      switch key {
      case 0x12: try scopeSpans(try second.message(), resource)
      default: try second.skip(key)
      }
    }
  }

  private mutating func resource(
    _ reader: WireReader, _ attributes: inout [Attributes.Element], _ dropped: inout UInt32
  ) throws(WireError) {
    var reader = reader
    while let key = try reader.nextKey() {
      switch key {
      case 0x0A: attributes.append(try values.keyValue(try reader.message()))
      case 0x10: dropped = try reader.uint32()
      default: try reader.skip(key)
      }
    }
  }

  private mutating func scopeSpans(_ reader: WireReader, _ resource: Resource) throws(WireError) {
    var (first, second) = (reader, reader)
    var parts = ScopeParts()
    while let key = try first.nextKey() {
      switch key {
      case 0x0A: try scope(try first.message(), &parts)
      case 0x1A: parts.schemaURL = try first.string()
      default: try first.skip(key)
      }
    }
    let scope = parts.scope
    while let key = try second.nextKey() {
      switch key {
      case 0x12:
        guard spans.count < limits.maxSpans else { throw WireError(.tooLarge, at: second.position) }
        spans.append(try span(try second.message(), resource, scope))
      default: try second.skip(key)
      }
    }
  }

  private struct ScopeParts {
    var name = ""
    var version = ""
    var attributes: [Attributes.Element] = []
    var dropped: UInt32 = 0
    var schemaURL = ""

    var scope: InstrumentationScope {
      if name.isEmpty, version.isEmpty, attributes.isEmpty, dropped == 0, schemaURL.isEmpty { return .empty }
      return InstrumentationScope(
        name: name, version: version, attributes: Attributes(unchecked: attributes),
        droppedAttributesCount: dropped, schemaURL: schemaURL)
    }
  }

  private mutating func scope(_ reader: WireReader, _ parts: inout ScopeParts) throws(WireError) {
    var reader = reader
    while let key = try reader.nextKey() {
      switch key {
      case 0x0A: parts.name = try reader.string()
      case 0x12: parts.version = try reader.string()
      case 0x1A: parts.attributes.append(try values.keyValue(try reader.message()))
      case 0x20: parts.dropped = try reader.uint32()
      default: try reader.skip(key)
      }
    }
  }

  private mutating func span(
    _ reader: WireReader, _ resource: Resource, _ scope: InstrumentationScope
  ) throws(WireError) -> SpanData {
    var reader = reader
    try values.count(reader)
    var span = SpanData(
      traceID: .invalid, spanID: .invalid, name: "", kind: .unspecified, startTimeUnixNano: 0, endTimeUnixNano: 0,
      resource: resource, scope: scope)
    // Gathered apart: appending to an observed property of the span may copy it each time.
    var attributes = Attributes()
    var (events, links): ([SpanData.Event], [SpanData.Link]) = ([], [])
    while let key = try reader.nextKey() {
      switch key {
      case 0x0A: span.traceID = try reader.traceID()
      case 0x12: span.spanID = try reader.spanID()
      case 0x1A: span.traceState = try reader.string()
      case 0x22: span.parentSpanID = try reader.spanID()
      case 0x2A: span.name = try reader.string()
      case 0x30: span.kind = SpanData.Kind(rawValue: UInt8(clamping: try reader.varint())) ?? .unspecified
      case 0x39: span.startTimeUnixNano = try reader.fixed64()
      case 0x41: span.endTimeUnixNano = try reader.fixed64()
      case 0x4A: attributes.elements.append(try values.keyValue(try reader.message()))
      case 0x50: span.droppedAttributesCount = try reader.uint32()
      case 0x5A: events.append(try event(try reader.message()))
      case 0x60: span.droppedEventsCount = try reader.uint32()
      case 0x6A: links.append(try link(try reader.message()))
      case 0x70: span.droppedLinksCount = try reader.uint32()
      case 0x7A: try status(try reader.message(), &span.status)
      case 0x85: span.flags = try reader.fixed32()
      default: try reader.skip(key)
      }
    }
    span.attributes = attributes
    span.events = events
    span.links = links
    return span
  }

  private mutating func event(_ reader: WireReader) throws(WireError) -> SpanData.Event {
    var reader = reader
    try values.count(reader)
    var event = SpanData.Event(name: "", timeUnixNano: 0)
    while let key = try reader.nextKey() {
      switch key {
      case 0x09: event.timeUnixNano = try reader.fixed64()
      case 0x12: event.name = try reader.string()
      case 0x1A: event.attributes.elements.append(try values.keyValue(try reader.message()))
      case 0x20: event.droppedAttributesCount = try reader.uint32()
      default: try reader.skip(key)
      }
    }
    return event
  }

  private mutating func link(_ reader: WireReader) throws(WireError) -> SpanData.Link {
    var reader = reader
    try values.count(reader)
    var link = SpanData.Link(traceID: .invalid, spanID: .invalid)
    while let key = try reader.nextKey() {
      switch key {
      case 0x0A: link.traceID = try reader.traceID()
      case 0x12: link.spanID = try reader.spanID()
      case 0x1A: link.traceState = try reader.string()
      case 0x22: link.attributes.elements.append(try values.keyValue(try reader.message()))
      case 0x28: link.droppedAttributesCount = try reader.uint32()
      case 0x35: link.flags = try reader.fixed32()
      default: try reader.skip(key)
      }
    }
    return link
  }

  private func status(_ reader: WireReader, _ status: inout SpanData.Status) throws(WireError) {
    var reader = reader
    while let key = try reader.nextKey() {
      switch key {
      case 0x12: status.message = try reader.string()
      case 0x18: status.code = SpanData.Status.Code(rawValue: UInt8(clamping: try reader.varint())) ?? .unset
      default: try reader.skip(key)
      }
    }
  }
}

extension WireReader {
  fileprivate mutating func traceID() throws(WireError) -> TraceID {
    let (high, low) = try identifier(words: 2)
    return TraceID(high: high, low: low)
  }

  fileprivate mutating func spanID() throws(WireError) -> SpanID { SpanID(try identifier(words: 1).0) }
}
