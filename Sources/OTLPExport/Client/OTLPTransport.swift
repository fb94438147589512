/// The protocol of an exporter, as far as messages and metrics distinguish it.
package enum OTLPTransport: String, Hashable, Sendable {
  case grpc
  case httpProtobuf = "http/protobuf"
  case httpJSON = "http/json"

  /// `otel.component.type` of an exporter of spans (RULES 4.13).
  package var spanComponentType: String {
    switch self {
    case .grpc: "otlp_grpc_span_exporter"
    case .httpProtobuf: "otlp_http_span_exporter"
    case .httpJSON: "otlp_http_json_span_exporter"
    }
  }

  /// What a status of an attempt begins with that is HTTP's, as in `HTTP 503`.
  package static let statusPrefix = "HTTP "
}
