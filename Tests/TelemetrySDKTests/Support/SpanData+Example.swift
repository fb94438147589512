import TelemetrySDK

extension SpanData {
  /// A span with values in most fields.
  static let example = SpanData(
    traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), parentSpanID: SpanID(4), name: "GET \u{1B}[31m/",
    kind: .server, startTimeUnixNano: 1_700_000_000_123_456_789, endTimeUnixNano: 1_700_000_000_125_000_000,
    attributes: ["http.request.method": "GET", "n": 3, "list": ["a", true]], status: .error("no\nway"),
    resource: Resource(["service.name": "shop"]), scope: InstrumentationScope(name: "lib", version: "1"))
}
