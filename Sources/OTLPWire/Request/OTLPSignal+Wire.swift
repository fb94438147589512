package import TelemetrySDK

extension OTLPSignal {
  /// The gRPC path of the method `Export` (1.1.1).
  package var grpcPath: String {
    switch self {
    case .traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    case .metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
    case .logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
    }
  }

  /// The request's type in JSON.
  package var requestType: MessageType {
    switch self {
    case .traces: .traceRequest
    case .metrics: .metricsRequest
    case .logs: .logsRequest
    }
  }

  /// The response's type in JSON.
  package var responseType: MessageType {
    switch self {
    case .traces: .traceResponse
    case .metrics: .metricsResponse
    case .logs: .logsResponse
    }
  }

  /// The name of an export's items: `span`, `log record` or `data point`.
  package var itemNoun: String {
    switch self {
    case .traces: "span"
    case .metrics: "data point"
    case .logs: "log record"
    }
  }
}
