extension SpanData {
  /// Reads the fields of OTLP's `Span` that this module wrote.
  @unsafe
  init(decoding message: UnsafeRawBufferPointer, resource: Resource, scope: InstrumentationScope) {
    self.init(
      traceID: .invalid, spanID: .invalid, name: "", kind: .unspecified, startTimeUnixNano: 0, endTimeUnixNano: 0,
      resource: resource, scope: scope)
    var fields = unsafe FieldReader(message)
    reserve(fields)
    while let tag = fields.nextTag() { read(tag, &fields) }
  }

  /// Makes room for the attributes, events and links in one allocation each.
  private mutating func reserve(_ fields: FieldReader) {
    var fields = fields
    var (attributeCount, eventCount, linkCount) = (0, 0, 0)
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case WireTags.Span.attributes: attributeCount += 1
      case WireTags.Span.events: eventCount += 1
      case WireTags.Span.links: linkCount += 1
      default: break
      }
      fields.skip(tag)
    }
    attributes.elements.reserveCapacity(attributeCount)
    events.reserveCapacity(eventCount)
    links.reserveCapacity(linkCount)
  }

  private mutating func read(_ tag: UInt64, _ fields: inout FieldReader) {
    guard tag != WireTags.Span.flagsNumber else { return flags = fields.fixed32() }
    switch UInt8(truncatingIfNeeded: tag) {
    case WireTags.Span.traceID: traceID = TraceID(from: fields.message())
    case WireTags.Span.spanID: spanID = SpanID(from: fields.message())
    case WireTags.Span.traceState: traceState = fields.string()
    case WireTags.Span.parentSpanID: parentSpanID = SpanID(from: fields.message())
    case WireTags.Span.name: name = fields.string()
    case WireTags.Span.kind: kind = Kind(rawValue: UInt8(truncatingIfNeeded: fields.varint())) ?? .unspecified
    case WireTags.Span.startTimeUnixNano: startTimeUnixNano = fields.fixed64()
    case WireTags.Span.endTimeUnixNano: endTimeUnixNano = fields.fixed64()
    case WireTags.Span.attributes: attributes.elements.append(.init(from: fields.message()))
    case WireTags.Span.droppedAttributesCount: droppedAttributesCount = UInt32(truncatingIfNeeded: fields.varint())
    case WireTags.Span.events: events.append(Event(from: fields.message()))
    case WireTags.Span.droppedEventsCount: droppedEventsCount = UInt32(truncatingIfNeeded: fields.varint())
    case WireTags.Span.links: links.append(Link(from: fields.message()))
    case WireTags.Span.droppedLinksCount: droppedLinksCount = UInt32(truncatingIfNeeded: fields.varint())
    case WireTags.Span.status: status = Status(from: fields.message())
    default: fields.skip(tag)
    }
  }
}

extension TraceID {
  init(from bytes: FieldReader) {
    var bytes = bytes
    let (high, low) = (bytes.fixed64(), bytes.fixed64())
    self.init(high: high.byteSwapped, low: low.byteSwapped)
  }
}

extension SpanID {
  init(from bytes: FieldReader) {
    var bytes = bytes
    self.init(bytes.fixed64().byteSwapped)
  }
}

extension SpanData.Status {
  init(from fields: FieldReader) {
    self.init(.unset)
    var fields = fields
    while let tag = fields.nextTag() {
      switch tag {
      case 0x12: message = fields.string()
      case 0x18: code = Code(rawValue: UInt8(truncatingIfNeeded: fields.varint())) ?? .unset
      default: fields.skip(tag)
      }
    }
  }
}

extension SpanData.Event {
  init(from fields: FieldReader) {
    self.init(name: "", timeUnixNano: 0)
    var fields = fields
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case WireTags.Event.timeUnixNano: timeUnixNano = fields.fixed64()
      case WireTags.Event.name: name = fields.string()
      case WireTags.Event.attributes: attributes.elements.append(.init(from: fields.message()))
      case WireTags.Event.droppedAttributesCount: droppedAttributesCount = UInt32(truncatingIfNeeded: fields.varint())
      default: fields.skip(tag)
      }
    }
  }
}

extension SpanData.Link {
  init(from fields: FieldReader) {
    self.init(traceID: .invalid, spanID: .invalid)
    var fields = fields
    while let tag = fields.nextTag() {
      switch UInt8(truncatingIfNeeded: tag) {
      case WireTags.Link.traceID: traceID = TraceID(from: fields.message())
      case WireTags.Link.spanID: spanID = SpanID(from: fields.message())
      case WireTags.Link.traceState: traceState = fields.string()
      case WireTags.Link.attributes: attributes.elements.append(.init(from: fields.message()))
      case WireTags.Link.droppedAttributesCount: droppedAttributesCount = UInt32(truncatingIfNeeded: fields.varint())
      case WireTags.Link.flags: flags = fields.fixed32()
      default: fields.skip(tag)
      }
    }
  }
}

extension Attributes.Element {
  init(from fields: FieldReader) {
    var fields = fields
    var (key, value) = ("", AttributeValue.empty)
    while let tag = fields.nextTag() {
      switch tag {
      case 0x0A: key = fields.string()
      case 0x12: value = AttributeValue(from: fields.message())
      default: fields.skip(tag)
      }
    }
    self.init(key, value)
  }
}

extension AttributeValue {
  init(from fields: FieldReader) {
    self = .empty
    var fields = fields
    while let tag = fields.nextTag() {
      switch tag {
      case 0x0A: self = .string(fields.string())
      case 0x10: self = .bool(fields.varint() != 0)
      case 0x18: self = .int(Int64(bitPattern: fields.varint()))
      case 0x21: self = .double(Double(bitPattern: fields.fixed64()))
      case 0x2A: self = .array(Self.list(fields.message()))
      case 0x32: self = .map(Self.map(fields.message()))
      case 0x3A: self = unsafe .bytes(Array(fields.bytes()))
      default: fields.skip(tag)
      }
    }
  }

  private static func list(_ fields: FieldReader) -> [AttributeValue] {
    var fields = fields
    var values: [AttributeValue] = []
    while let tag = fields.nextTag() {
      if tag == 0x0A { values.append(AttributeValue(from: fields.message())) } else { fields.skip(tag) }
    }
    return values
  }

  private static func map(_ fields: FieldReader) -> Attributes {
    var fields = fields
    var elements: [Attributes.Element] = []
    while let tag = fields.nextTag() {
      if tag == 0x0A { elements.append(.init(from: fields.message())) } else { fields.skip(tag) }
    }
    return Attributes(unchecked: elements)
  }
}
