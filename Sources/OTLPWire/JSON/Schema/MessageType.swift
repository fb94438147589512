/// The messages of which JSON and protobuf can be transcoded.
package enum MessageType: UInt8, CaseIterable, Sendable {
  case none
  /// `ExportTraceServiceRequest` and `TracesData`.
  case traceRequest
  /// `ExportLogsServiceRequest` and `LogsData`.
  case logsRequest
  /// `ExportMetricsServiceRequest` and `MetricsData`.
  case metricsRequest
  /// A document with items of any signals: no message of OTLP, but what a file may hold. The fields 1 to 4 are those of
  /// the requests for traces, metrics, logs and profiles.
  case document
  /// The responses of all signals, with a name for the count of rejected items each.
  case traceResponse
  case logsResponse
  case metricsResponse
  /// `google.rpc.Status`, without its details.
  case rpcStatus

  case resourceSpans
  case scopeSpans
  case span
  case event
  case link
  case status
  case resource
  case entityRef
  case scope
  case keyValue
  case anyValue
  case arrayValue
  case keyValueList
  case resourceLogs
  case scopeLogs
  case logRecord
  case resourceMetrics
  case scopeMetrics
  case metric
  case gauge
  case sum
  case histogram
  case exponentialHistogram
  case summary
  case numberDataPoint
  case histogramDataPoint
  case exponentialHistogramDataPoint
  case buckets
  case summaryDataPoint
  case valueAtQuantile
  case exemplar
  case tracePartialSuccess
  case logsPartialSuccess
  case metricsPartialSuccess
  case resourceProfiles
  case scopeProfiles
  case profile

  /// True for what users count: spans, log records, metrics.
  var isItem: Bool { self == .span || self == .logRecord || self == .metric || self == .profile }
}
