extension ProtobufAppender {
  /// The fields of a `LogRecord` in front of its attributes.
  @inline(__always)
  mutating func logRecordHead(
    _ severity: LogRecord.Severity, _ severityText: String, _ body: String, _ time: UInt64
  ) {
    ensure(16)
    if time != 0 { fixed64Field(WireTags.LogRecord.timeUnixNano, time) }
    if severity != .unspecified {
      put(UInt16(WireTags.LogRecord.severityNumber) | UInt16(severity.rawValue) << 8)
    }
    stringField(WireTags.LogRecord.severityText, severityText)
    let start = beginMessage(WireTags.LogRecord.body)
    string(WireTags.AnyValue.string, body)
    endMessage(start)
  }

  /// The fields behind the attributes.
  @inline(__always)
  mutating func logRecordTail(
    _ dropped: UInt64, _ span: TraceContext.Parent, _ observed: UInt64, _ eventName: String
  ) {
    ensure(64)
    varintField(WireTags.LogRecord.droppedAttributesCount, dropped)
    if span.isValid {
      if span.flags.rawValue != 0 {
        put(WireTags.LogRecord.flags)
        put(UInt32(span.flags.rawValue))
      }
      put(UInt16(WireTags.LogRecord.traceID) | 16 << 8)
      bigEndian(span.traceID.high)
      bigEndian(span.traceID.low)
      put(UInt16(WireTags.LogRecord.spanID) | 8 << 8)
      bigEndian(span.spanID.value)
    }
    fixed64Field(WireTags.LogRecord.observedTimeUnixNano, observed)
    stringField(WireTags.LogRecord.eventName, eventName)
  }
}
