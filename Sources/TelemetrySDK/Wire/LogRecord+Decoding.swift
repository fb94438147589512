extension LogRecord {
  /// Reads the fields of OTLP's `LogRecord` that this module wrote.
  @unsafe
  init(decoding message: UnsafeRawBufferPointer, resource: Resource, scope: InstrumentationScope) {
    self.init(resource: resource, scope: scope)
    var fields = unsafe FieldReader(message)
    reserve(fields)
    while let tag = fields.nextTag() { read(tag, &fields) }
  }

  /// Makes room for the attributes in one allocation.
  private mutating func reserve(_ fields: FieldReader) {
    var fields = fields
    var count = 0
    while let tag = fields.nextTag() {
      if tag == WireTags.LogRecord.attributes { count += 1 }
      fields.skip(tag)
    }
    attributes.elements.reserveCapacity(count)
  }

  private mutating func read(_ tag: UInt64, _ fields: inout FieldReader) {
    switch UInt8(truncatingIfNeeded: tag) {
    case WireTags.LogRecord.timeUnixNano: timeUnixNano = fields.fixed64()
    case WireTags.LogRecord.severityNumber:
      severity = Severity(rawValue: UInt8(truncatingIfNeeded: fields.varint())) ?? .unspecified
    case WireTags.LogRecord.severityText: severityText = fields.string()
    case WireTags.LogRecord.body: body = AttributeValue(from: fields.message())
    case WireTags.LogRecord.attributes: attributes.elements.append(.init(from: fields.message()))
    case WireTags.LogRecord.droppedAttributesCount: droppedAttributesCount = UInt32(truncatingIfNeeded: fields.varint())
    case WireTags.LogRecord.flags: flags = fields.fixed32()
    case WireTags.LogRecord.traceID: traceID = TraceID(from: fields.message())
    case WireTags.LogRecord.spanID: spanID = SpanID(from: fields.message())
    case WireTags.LogRecord.observedTimeUnixNano: observedTimeUnixNano = fields.fixed64()
    case WireTags.LogRecord.eventName: eventName = fields.string()
    default: fields.skip(tag)
    }
  }
}
