import TelemetrySDK

extension SpanData {
  /// A span in which no field has its default value.
  static let full = SpanData(
    traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), parentSpanID: SpanID(4), traceState: "a=b", name: "name",
    kind: .client, startTimeUnixNano: 5, endTimeUnixNano: 6,
    attributes: [
      "string": "text", "bool": true, "int": 7, "double": 0.5, "bytes": .bytes([8]), "array": [9],
      "map": .map(["k": 1]),
    ],
    droppedAttributesCount: 10,
    events: [.init(name: "event", timeUnixNano: 11, attributes: ["k": 1], droppedAttributesCount: 12)],
    droppedEventsCount: 13,
    links: [
      .init(
        traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), traceState: "c=d", attributes: ["k": 1],
        droppedAttributesCount: 14, flags: 15)
    ],
    droppedLinksCount: 16, status: .error("message"), flags: 17,
    resource: Resource(["k": 1], droppedAttributesCount: 18, schemaURL: "resource schema"),
    scope: InstrumentationScope(
      name: "scope", version: "1", attributes: ["k": 1], droppedAttributesCount: 19, schemaURL: "scope schema"))
}
