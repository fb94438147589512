// Fields are written in falling order, because the writer goes backwards.
extension ProtobufWriter {
  /// Writes the fields of a `LogRecord`.
  @inline(__always)
  mutating func logRecord(_ record: borrowing Borrowed<LogRecord>) {
    ensure(0)
    stringField(WireTags.LogRecord.eventName, record.value.eventName)
    fixed64Field(WireTags.LogRecord.observedTimeUnixNano, record.value.observedTimeUnixNano)
    spanIDField(WireTags.LogRecord.spanID, record.value.spanID)
    traceIDField(WireTags.LogRecord.traceID, record.value.traceID)
    fixed32Field(WireTags.LogRecord.flags, record.value.flags)
    varintField(WireTags.LogRecord.droppedAttributesCount, UInt64(record.value.droppedAttributesCount))
    attributes(WireTags.LogRecord.attributes, record.value.attributes)
    body(record.value.body)
    stringField(WireTags.LogRecord.severityText, record.value.severityText)
    varintField(WireTags.LogRecord.severityNumber, UInt64(record.value.severity.rawValue))
    fixed64Field(WireTags.LogRecord.timeUnixNano, record.value.timeUnixNano)
  }

  /// Writes a body. An empty value is written too, unlike none.
  @inline(__always)
  private mutating func body(_ body: borrowing AttributeValue?) {
    switch body {
    case .none: break
    case .some(let value):
      let mark = written
      self.value(value, nesting: 0)
      prefix(WireTags.LogRecord.body, since: mark)
    }
  }
}
