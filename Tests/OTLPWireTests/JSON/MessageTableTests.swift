import TestThreads
import Testing

@testable import OTLPWire

/// The transcoder's fields against the schema in `Protos/`, which a script compares with the published one.
@Suite(.ownThreads) struct MessageTableTests {
  /// The messages by the last part of their names.
  static let names: [(MessageType, String)] = [
    (.traceRequest, "ExportTraceServiceRequest"), (.logsRequest, "ExportLogsServiceRequest"),
    (.metricsRequest, "ExportMetricsServiceRequest"), (.traceResponse, "ExportTraceServiceResponse"),
    (.logsResponse, "ExportLogsServiceResponse"), (.metricsResponse, "ExportMetricsServiceResponse"),
    (.tracePartialSuccess, "ExportTracePartialSuccess"), (.logsPartialSuccess, "ExportLogsPartialSuccess"),
    (.metricsPartialSuccess, "ExportMetricsPartialSuccess"), (.resourceSpans, "ResourceSpans"),
    (.scopeSpans, "ScopeSpans"), (.span, "Span"), (.event, "Event"), (.link, "Link"), (.status, "Status"),
    (.resource, "Resource"), (.entityRef, "EntityRef"), (.scope, "InstrumentationScope"), (.keyValue, "KeyValue"),
    (.anyValue, "AnyValue"), (.arrayValue, "ArrayValue"), (.keyValueList, "KeyValueList"),
    (.resourceLogs, "ResourceLogs"), (.scopeLogs, "ScopeLogs"), (.logRecord, "LogRecord"),
    (.resourceMetrics, "ResourceMetrics"), (.scopeMetrics, "ScopeMetrics"), (.metric, "Metric"), (.gauge, "Gauge"),
    (.sum, "Sum"), (.histogram, "Histogram"), (.exponentialHistogram, "ExponentialHistogram"),
    (.summary, "Summary"), (.numberDataPoint, "NumberDataPoint"), (.histogramDataPoint, "HistogramDataPoint"),
    (.exponentialHistogramDataPoint, "ExponentialHistogramDataPoint"), (.buckets, "Buckets"),
    (.summaryDataPoint, "SummaryDataPoint"), (.valueAtQuantile, "ValueAtQuantile"), (.exemplar, "Exemplar"),
  ]
  /// A field that no request of the three signals has (3.3.11).
  static let absent: Set = ["stringValueStrindex", "keyStrindex"]

  @Test("each message has the fields of the schema, except those of profiles")
  func fields() throws {
    let schema = Schema(files: Schema.paths)
    let types = Dictionary(uniqueKeysWithValues: Self.names.map { ($0, $1) })
    for (type, name) in Self.names {
      let published = try #require(schema.messages[name])
      let expected = published.map { number, field in
        "\(number) \(camelCase(field.name)) \(kind(field, schema))"
      }
      let ours = type.fields.map { field in
        "\(field.number) \(field.name) \(field.kind == .message ? types[field.message] ?? "?" : "\(field.kind)")"
      }
      #expect(Set(ours) == Set(expected.filter { line in !Self.absent.contains { line.contains($0) } }), "\(name)")
    }
    let messages: Set<MessageType> = Set(MessageType.allCases).subtracting(types.keys)
    #expect(messages == [.none, .document, .rpcStatus, .resourceProfiles, .scopeProfiles, .profile])
  }

  @Test("enums have the names of the schema")
  func enums() {
    let schema = Schema(files: Schema.paths)
    let names: [EnumNames: String] = [
      .spanKind: "SpanKind", .statusCode: "StatusCode", .severityNumber: "SeverityNumber",
      .aggregationTemporality: "AggregationTemporality",
    ]
    for (names, name) in names {
      let ours = Dictionary(uniqueKeysWithValues: names.all.enumerated().map { ($1, $0) })
      #expect(schema.enums[name] == ours)
    }
  }

  @Test("no number is beyond the table, and no message has two oneofs")
  func bounds() {
    for type in MessageType.allCases {
      #expect(type.fields.allSatisfy { $0.number > 0 && $0.number < MessageTable.stride && $0.name.utf8.count <= 28 })
    }
  }

  private func camelCase(_ name: String) -> String {
    let words = name.split(separator: "_")
    return words.dropFirst().reduce(String(words[0])) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
  }

  private func kind(_ field: Schema.Field, _ schema: Schema) -> String {
    switch field.name {
    case "trace_id": "traceID"
    case "span_id", "parent_span_id": "spanID"
    default: schema.enums[field.type] != nil ? "int32" : field.type
    }
  }
}
