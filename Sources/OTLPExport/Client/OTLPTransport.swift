package import TelemetrySDK

/// The protocol of an exporter, as far as messages and metrics distinguish it.
package enum OTLPTransport: String, Hashable, Sendable {
  case grpc
  case httpProtobuf = "http/protobuf"
  case httpJSON = "http/json"
  case sqlite
  case postgreSQL = "postgresql"

  /// The OTLP protocol with a name, as `OTEL_EXPORTER_OTLP_PROTOCOL` has it; nil for another name.
  package init?(protocolName: String) {
    guard let transport = OTLPTransport(rawValue: protocolName), !transport.isDatabase else { return nil }
    self = transport
  }

  /// True for a database, which speaks no OTLP.
  package var isDatabase: Bool { self == .sqlite || self == .postgreSQL }

  /// `otel.component.type` of an exporter (RULES 4.13).
  package func componentType(_ signal: OTLPSignal) -> String {
    let item =
      switch signal {
      case .traces: "span"
      case .metrics: "metric"
      case .logs: "log"
      }
    return switch self {
    case .grpc: "otlp_grpc_\(item)_exporter"
    case .httpProtobuf: "otlp_http_\(item)_exporter"
    case .httpJSON: "otlp_http_json_\(item)_exporter"
    case .sqlite: "sqlite_\(item)_exporter"
    case .postgreSQL: "postgresql_\(item)_exporter"
    }
  }

  /// What a status of an attempt begins with that is HTTP's, as in `HTTP 503`.
  package static let statusPrefix = "HTTP "
}
