package import TelemetrySDK

/// OTLP's JSON encoding of `TracesData`.
package enum OTLPJSON {
  /// The limits of one text.
  package struct Limits: Sendable {
    package var maxBytes = 64 << 20
    package var maxSpans = 1 << 20
    /// JSON values of all kinds.
    package var maxValues = 4 << 20
    /// Objects and arrays nested in each other.
    package var maxDepth = 160

    package init() {}
  }

  /// The number of items in a document that are not spans.
  package struct OtherItems: Hashable, Sendable {
    package var metrics = 0
    package var logRecords = 0
    package var profiles = 0

    package init(metrics: Int = 0, logRecords: Int = 0, profiles: Int = 0) {
      self.metrics = metrics
      self.logRecords = logRecords
      self.profiles = profiles
    }

    package var isEmpty: Bool { metrics == 0 && logRecords == 0 && profiles == 0 }
  }

  /// The spans as one line without its line break, grouped as in a request.
  package static func encode(_ spans: [SpanData]) -> String { JSONWriter.object { $0.tracesData(spans) } }

  /// The spans of a text that has only spans.
  package static func decode(_ text: [UInt8], limits: Limits = Limits()) throws(JSONError) -> [SpanData] {
    var decoder = OTLPJSONDecoder(maxSpans: limits.maxSpans)
    try decoder.document(try parse(text, limits), signals: ["resourceSpans"])
    return decoder.spans
  }

  package static func decode(_ text: String, limits: Limits = Limits()) throws(JSONError) -> [SpanData] {
    try decode(Array(text.utf8), limits: limits)
  }

  /// The spans of a document with items of any signals, and the number of its other items.
  package static func decodeDocument(
    _ text: [UInt8], limits: Limits = Limits()
  ) throws(JSONError) -> (spans: [SpanData], others: OtherItems) {
    let value = try parse(text, limits)
    var decoder = OTLPJSONDecoder(maxSpans: limits.maxSpans)
    try decoder.document(value, signals: ["resourceSpans", "resourceMetrics", "resourceLogs", "resourceProfiles"])
    let others = OtherItems(
      metrics: value.count(["resourceMetrics", "scopeMetrics", "metrics"]),
      logRecords: value.count(["resourceLogs", "scopeLogs", "logRecords"]),
      profiles: value.count(["resourceProfiles", "scopeProfiles", "profiles"]))
    return (decoder.spans, others)
  }

  private static func parse(_ text: [UInt8], _ limits: Limits) throws(JSONError) -> JSONValue {
    guard text.count <= limits.maxBytes else {
      throw JSONError("the text is longer than \(limits.maxBytes) bytes", at: limits.maxBytes)
    }
    return try JSONParser.parse(text, maxDepth: limits.maxDepth, maxValues: limits.maxValues)
  }
}
