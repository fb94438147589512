internal import OTLPWire
internal import TelemetrySDK

extension RowEncoder {
  private struct LogRecordFields {
    var time: UInt64 = 0
    var observedTime: UInt64 = 0
    var severity: Int32 = 0
    var severityText = MessageBytes.empty
    var eventName = MessageBytes.empty
    var traceID = MessageBytes.empty
    var spanID = MessageBytes.empty
    var flags: UInt64 = 0
    var droppedAttributes: UInt64 = 0
    var body: MessageBytes?
    var hasUnknown = false
  }

  mutating func logRecord(_ message: MessageBytes, _ owners: Owners) throws(WireError) {
    let record = try logRecordFields(message)
    logRecords.isInexact = record.hasUnknown
    logRecords.beginRow(.logRecords)
    logRecords.bytes(recordIDs.next())
    logRecords.int64(record.time)
    logRecords.int64(record.observedTime)
    logRecords.int32(record.severity)
    logRecords.text(record.severityText)
    logRecords.text(record.eventName)
    logRecords.bytesOrNull(record.traceID)
    logRecords.bytesOrNull(record.spanID)
    logRecords.int64(record.flags)
    logRecords.int64(record.droppedAttributes)
    logRecords.bytes(owners.resource)
    logRecords.bytes(owners.scope)
    try body(record.body)
    try logRecords.attributes(of: message, WireTags.LogRecord.attributes, &keys)
    logRecords.messageIfInexact(message)
  }

  private mutating func body(_ body: MessageBytes?) throws(WireError) {
    guard let body else { return logRecords.null() }
    keys.removeAll()
    let start = logRecords.beginJSON()
    try logRecords.value(body.fields(), &keys)
    logRecords.endField(start)
  }

  private func logRecordFields(_ message: MessageBytes) throws(WireError) -> LogRecordFields {
    var fields = message.fields()
    var record = LogRecordFields()
    while let tag = try fields.nextTag() {
      switch WireTags.short(tag) {
      case WireTags.LogRecord.attributes: _ = try fields.bytes()
      case WireTags.LogRecord.timeUnixNano: record.time = try fields.fixed64()
      case WireTags.LogRecord.observedTimeUnixNano: record.observedTime = try fields.fixed64()
      case WireTags.LogRecord.severityNumber: record.severity = Int32(truncatingIfNeeded: try fields.varint())
      case WireTags.LogRecord.severityText: record.severityText = try fields.bytes()
      case WireTags.LogRecord.eventName: record.eventName = try fields.bytes()
      case WireTags.LogRecord.traceID: record.traceID = try fields.bytes()
      case WireTags.LogRecord.spanID: record.spanID = try fields.bytes()
      case WireTags.LogRecord.flags: record.flags = UInt64(try fields.fixed32())
      case WireTags.LogRecord.droppedAttributesCount: record.droppedAttributes = UInt64(try fields.uint32())
      case WireTags.LogRecord.body:
        if record.body != nil { record.hasUnknown = true }
        record.body = try fields.bytes()
      default:
        record.hasUnknown = true
        try fields.skip(tag)
      }
    }
    return record
  }
}
