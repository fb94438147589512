package import TelemetrySDK

extension LogRecord: DecodableItem {
  /// Reads a `LogRecord`.
  package static func decode(
    _ reader: ProtobufReader, _ values: inout AttributeReader, _ resource: Resource, _ scope: InstrumentationScope
  ) throws(WireError) -> LogRecord {
    var reader = reader
    try values.count(reader)
    var record = LogRecord(resource: resource, scope: scope)
    while let tag = try reader.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.LogRecord.timeUnixNano: record.timeUnixNano = try reader.fixed64()
      case WireTags.LogRecord.severityNumber:
        record.severity = LogRecord.Severity(rawValue: UInt8(clamping: try reader.varint())) ?? .unspecified
      case WireTags.LogRecord.severityText: record.severityText = try reader.string()
      case WireTags.LogRecord.body: try readBody(try reader.message(), &record.body, &values)
      case WireTags.LogRecord.attributes:
        record.attributes.elements.append(try values.keyValue(try reader.message()))
      case WireTags.LogRecord.droppedAttributesCount: record.droppedAttributesCount = try reader.uint32()
      case WireTags.LogRecord.flags: record.flags = try reader.fixed32()
      case WireTags.LogRecord.traceID: record.traceID = try reader.traceID()
      case WireTags.LogRecord.spanID: record.spanID = try reader.spanID()
      case WireTags.LogRecord.observedTimeUnixNano: record.observedTimeUnixNano = try reader.fixed64()
      case WireTags.LogRecord.eventName: record.eventName = try reader.string()
      default: try reader.skip(tag)
      }
    }
    return record
  }

  /// A body that occurs twice is merged, as a message is.
  private static func readBody(
    _ reader: ProtobufReader, _ body: inout AttributeValue?, _ values: inout AttributeReader
  ) throws(WireError) {
    var value = body ?? .empty
    body = nil  // so that appending doesn't copy
    try values.value(reader, &value)
    body = value
  }
}
