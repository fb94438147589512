// The messages of the three signals (opentelemetry/proto/**), as far as they have a JSON form here. Fields that only
// profiles use are absent, so they are treated as unknown (3.3.11).
extension MessageType {
  var fields: [SchemaField] {
    switch self {
    case .none, .profile: []
    case .traceRequest: [SchemaField(1, "resourceSpans", message: .resourceSpans, .repeated)]
    case .logsRequest: [SchemaField(1, "resourceLogs", message: .resourceLogs, .repeated)]
    case .metricsRequest: [SchemaField(1, "resourceMetrics", message: .resourceMetrics, .repeated)]
    case .document:
      [
        SchemaField(1, "resourceSpans", message: .resourceSpans, .repeated),
        SchemaField(2, "resourceMetrics", message: .resourceMetrics, .repeated),
        SchemaField(3, "resourceLogs", message: .resourceLogs, .repeated),
        SchemaField(4, "resourceProfiles", message: .resourceProfiles, .repeated),
      ]
    case .resourceProfiles: [SchemaField(2, "scopeProfiles", message: .scopeProfiles, .repeated)]
    case .scopeProfiles: [SchemaField(2, "profiles", message: .profile, .repeated)]
    case .resource, .entityRef, .scope, .keyValue, .anyValue, .arrayValue, .keyValueList: commonFields
    case .resourceSpans, .scopeSpans, .span, .event, .link, .status: traceFields
    case .resourceLogs, .scopeLogs, .logRecord: logFields
    case .traceResponse, .logsResponse, .metricsResponse, .rpcStatus, .tracePartialSuccess, .logsPartialSuccess,
      .metricsPartialSuccess:
      responseFields
    case .resourceMetrics, .scopeMetrics, .metric, .gauge, .sum, .histogram, .exponentialHistogram, .summary:
      metricFields
    case .numberDataPoint, .histogramDataPoint, .exponentialHistogramDataPoint, .buckets, .summaryDataPoint,
      .valueAtQuantile, .exemplar:
      pointFields
    }
  }

  /// Other keys that are read: the names before OTLP 0.19.
  var oldNames: [(name: String, number: UInt32)] {
    switch self {
    case .resourceSpans: [("instrumentationLibrarySpans", 2)]
    case .resourceMetrics: [("instrumentationLibraryMetrics", 2)]
    case .resourceLogs: [("instrumentationLibraryLogs", 2)]
    case .scopeSpans, .scopeMetrics, .scopeLogs: [("instrumentationLibrary", 1)]
    default: []
    }
  }

  private static func attributes(_ number: Int) -> SchemaField {
    SchemaField(number, "attributes", message: .keyValue, .repeated)
  }

  private static func dropped(_ number: Int, _ name: String = "droppedAttributesCount") -> SchemaField {
    SchemaField(number, name, .uint32)
  }

  private var commonFields: [SchemaField] {
    switch self {
    case .resource:
      [Self.attributes(1), Self.dropped(2), SchemaField(3, "entityRefs", message: .entityRef, .repeated)]
    case .entityRef:
      [
        SchemaField(1, "schemaUrl", .string), SchemaField(2, "type", .string),
        SchemaField(3, "idKeys", .string, .repeated), SchemaField(4, "descriptionKeys", .string, .repeated),
      ]
    case .scope:
      [SchemaField(1, "name", .string), SchemaField(2, "version", .string), Self.attributes(3), Self.dropped(4)]
    case .keyValue: [SchemaField(1, "key", .string), SchemaField(2, "value", message: .anyValue)]
    case .anyValue:
      [
        SchemaField(1, "stringValue", .string, .oneof), SchemaField(2, "boolValue", .bool, .oneof),
        SchemaField(3, "intValue", .int64, .oneof), SchemaField(4, "doubleValue", .double, .oneof),
        SchemaField(5, "arrayValue", message: .arrayValue, .oneof),
        SchemaField(6, "kvlistValue", message: .keyValueList, .oneof),
        SchemaField(7, "bytesValue", .bytes, .oneof),
      ]
    case .arrayValue: [SchemaField(1, "values", message: .anyValue, .repeated)]
    default: [SchemaField(1, "values", message: .keyValue, .repeated)]
    }
  }

  private var traceFields: [SchemaField] {
    switch self {
    case .resourceSpans: Self.resourceGroup("scopeSpans", .scopeSpans)
    case .scopeSpans: Self.scopeGroup("spans", .span)
    case .span:
      [
        SchemaField(1, "traceId", .traceID), SchemaField(2, "spanId", .spanID), SchemaField(3, "traceState", .string),
        SchemaField(4, "parentSpanId", .spanID), SchemaField(5, "name", .string),
        SchemaField(6, "kind", enum: .spanKind),
        SchemaField(7, "startTimeUnixNano", .fixed64), SchemaField(8, "endTimeUnixNano", .fixed64),
        Self.attributes(9), Self.dropped(10), SchemaField(11, "events", message: .event, .repeated),
        Self.dropped(12, "droppedEventsCount"), SchemaField(13, "links", message: .link, .repeated),
        Self.dropped(14, "droppedLinksCount"), SchemaField(15, "status", message: .status),
        SchemaField(16, "flags", .fixed32),
      ]
    case .event:
      [
        SchemaField(1, "timeUnixNano", .fixed64), SchemaField(2, "name", .string), Self.attributes(3), Self.dropped(4),
      ]
    case .link:
      [
        SchemaField(1, "traceId", .traceID), SchemaField(2, "spanId", .spanID), SchemaField(3, "traceState", .string),
        Self.attributes(4), Self.dropped(5), SchemaField(6, "flags", .fixed32),
      ]
    default: [SchemaField(2, "message", .string), SchemaField(3, "code", enum: .statusCode)]
    }
  }

  private static func resourceGroup(_ name: String, _ scopes: MessageType) -> [SchemaField] {
    [
      SchemaField(1, "resource", message: .resource), SchemaField(2, name, message: scopes, .repeated),
      SchemaField(3, "schemaUrl", .string),
    ]
  }

  private static func scopeGroup(_ name: String, _ items: MessageType) -> [SchemaField] {
    [
      SchemaField(1, "scope", message: .scope), SchemaField(2, name, message: items, .repeated),
      SchemaField(3, "schemaUrl", .string),
    ]
  }

  private var logFields: [SchemaField] {
    switch self {
    case .resourceLogs: Self.resourceGroup("scopeLogs", .scopeLogs)
    case .scopeLogs: Self.scopeGroup("logRecords", .logRecord)
    default:
      [
        SchemaField(1, "timeUnixNano", .fixed64), SchemaField(2, "severityNumber", enum: .severityNumber),
        SchemaField(3, "severityText", .string), SchemaField(5, "body", message: .anyValue), Self.attributes(6),
        Self.dropped(7), SchemaField(8, "flags", .fixed32), SchemaField(9, "traceId", .traceID),
        SchemaField(10, "spanId", .spanID), SchemaField(11, "observedTimeUnixNano", .fixed64),
        SchemaField(12, "eventName", .string),
      ]
    }
  }

  private var responseFields: [SchemaField] {
    switch self {
    case .traceResponse: [SchemaField(1, "partialSuccess", message: .tracePartialSuccess)]
    case .logsResponse: [SchemaField(1, "partialSuccess", message: .logsPartialSuccess)]
    case .metricsResponse: [SchemaField(1, "partialSuccess", message: .metricsPartialSuccess)]
    case .tracePartialSuccess: Self.partialSuccess("rejectedSpans")
    case .logsPartialSuccess: Self.partialSuccess("rejectedLogRecords")
    case .metricsPartialSuccess: Self.partialSuccess("rejectedDataPoints")
    default: [SchemaField(1, "code", .int32), SchemaField(2, "message", .string)]
    }
  }

  private static func partialSuccess(_ name: String) -> [SchemaField] {
    [SchemaField(1, name, .int64), SchemaField(2, "errorMessage", .string)]
  }

  private var metricFields: [SchemaField] {
    let temporality = SchemaField(2, "aggregationTemporality", enum: .aggregationTemporality)
    func points(_ type: MessageType) -> SchemaField { SchemaField(1, "dataPoints", message: type, .repeated) }
    return switch self {
    case .resourceMetrics: Self.resourceGroup("scopeMetrics", .scopeMetrics)
    case .scopeMetrics: Self.scopeGroup("metrics", .metric)
    case .metric:
      [
        SchemaField(1, "name", .string), SchemaField(2, "description", .string), SchemaField(3, "unit", .string),
        SchemaField(5, "gauge", message: .gauge, .oneof), SchemaField(7, "sum", message: .sum, .oneof),
        SchemaField(9, "histogram", message: .histogram, .oneof),
        SchemaField(10, "exponentialHistogram", message: .exponentialHistogram, .oneof),
        SchemaField(11, "summary", message: .summary, .oneof),
        SchemaField(12, "metadata", message: .keyValue, .repeated),
      ]
    case .gauge: [points(.numberDataPoint)]
    case .sum: [points(.numberDataPoint), temporality, SchemaField(3, "isMonotonic", .bool)]
    case .histogram: [points(.histogramDataPoint), temporality]
    case .exponentialHistogram: [points(.exponentialHistogramDataPoint), temporality]
    default: [points(.summaryDataPoint)]
    }
  }

  private static let times = [
    SchemaField(2, "startTimeUnixNano", .fixed64), SchemaField(3, "timeUnixNano", .fixed64),
  ]

  private var pointFields: [SchemaField] {
    switch self {
    case .numberDataPoint:
      Self.times + [
        SchemaField(4, "asDouble", .double, .oneof), SchemaField(5, "exemplars", message: .exemplar, .repeated),
        SchemaField(6, "asInt", .sfixed64, .oneof), Self.attributes(7), SchemaField(8, "flags", .uint32),
      ]
    case .histogramDataPoint:
      Self.times + [
        SchemaField(4, "count", .fixed64), SchemaField(5, "sum", .double, .optional),
        SchemaField(6, "bucketCounts", .fixed64, .repeated), SchemaField(7, "explicitBounds", .double, .repeated),
        SchemaField(8, "exemplars", message: .exemplar, .repeated), Self.attributes(9),
        SchemaField(10, "flags", .uint32),
        SchemaField(11, "min", .double, .optional), SchemaField(12, "max", .double, .optional),
      ]
    case .exponentialHistogramDataPoint:
      [Self.attributes(1)] + Self.times + [
        SchemaField(4, "count", .fixed64), SchemaField(5, "sum", .double, .optional), SchemaField(6, "scale", .sint32),
        SchemaField(7, "zeroCount", .fixed64), SchemaField(8, "positive", message: .buckets),
        SchemaField(9, "negative", message: .buckets), SchemaField(10, "flags", .uint32),
        SchemaField(11, "exemplars", message: .exemplar, .repeated), SchemaField(12, "min", .double, .optional),
        SchemaField(13, "max", .double, .optional), SchemaField(14, "zeroThreshold", .double),
      ]
    case .buckets: [SchemaField(1, "offset", .sint32), SchemaField(2, "bucketCounts", .uint64, .repeated)]
    case .summaryDataPoint:
      Self.times + [
        SchemaField(4, "count", .fixed64), SchemaField(5, "sum", .double),
        SchemaField(6, "quantileValues", message: .valueAtQuantile, .repeated), Self.attributes(7),
        SchemaField(8, "flags", .uint32),
      ]
    case .valueAtQuantile: [SchemaField(1, "quantile", .double), SchemaField(2, "value", .double)]
    default:
      [
        SchemaField(2, "timeUnixNano", .fixed64), SchemaField(3, "asDouble", .double, .oneof),
        SchemaField(4, "spanId", .spanID), SchemaField(5, "traceId", .traceID),
        SchemaField(6, "asInt", .sfixed64, .oneof), SchemaField(7, "filteredAttributes", message: .keyValue, .repeated),
      ]
    }
  }
}
