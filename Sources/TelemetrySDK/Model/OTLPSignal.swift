/// A kind of telemetry that OTLP carries.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum OTLPSignal: Hashable, Sendable {
  /// Spans.
  case traces
  /// Metric points.
  case metrics
  /// Log records.
  case logs

  /// All signals.
  package static let all: [OTLPSignal] = [.traces, .metrics, .logs]

  /// The path on an OTLP/HTTP server, without a slash in front (RULES 3.1.2).
  package var httpPath: String {
    switch self {
    case .traces: "v1/traces"
    case .metrics: "v1/metrics"
    case .logs: "v1/logs"
    }
  }

  /// The infix of environment variables for this signal only, such as `TRACES_`.
  package var variableInfix: String {
    switch self {
    case .traces: "TRACES_"
    case .metrics: "METRICS_"
    case .logs: "LOGS_"
    }
  }

  /// `otel.component.type` of an exporter of a kind, such as `otlp_grpc_span_exporter` (RULES 4.13).
  package func exporterType(_ kind: String) -> String {
    let item =
      switch self {
      case .traces: "span"
      case .metrics: "metric"
      case .logs: "log"
      }
    return "\(kind)_\(item)_exporter"
  }

  /// The variables `OTEL_EXPORTER_OTLP_…` of an exporter's option, the signal's own first (RULES 2.1).
  package func exporterVariables(_ option: String) -> [String] {
    [variableInfix, ""].map { "OTEL_EXPORTER_OTLP_\($0)\(option)" }
  }
}
