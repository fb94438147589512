internal import TelemetrySDK

extension ProtobufReader {
  mutating func traceID() throws(WireError) -> TraceID {
    let (high, low) = try identifier(words: 2)
    return TraceID(high: high, low: low)
  }

  mutating func spanID() throws(WireError) -> SpanID { SpanID(try identifier(words: 1).0) }
}
