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
    switch self {
    case .grpc: signal.exporterType("otlp_grpc")
    case .httpProtobuf: signal.exporterType("otlp_http")
    case .httpJSON: signal.exporterType("otlp_http_json")
    case .sqlite, .postgreSQL: signal.exporterType(rawValue)
    }
  }

  /// The start of an attempt's status that is HTTP's, as in `HTTP 503`.
  package static let statusPrefix = "HTTP "

  /// A status as an attribute has it: HTTP's as the bare number.
  static func withoutPrefix(_ status: String) -> String {
    status.hasPrefix(statusPrefix) ? String(status.dropFirst(statusPrefix.count)) : status
  }

  /// The metrics of an exporter of a signal.
  func makeMetrics(_ signal: OTLPSignal, server: Endpoint) -> ExporterMetrics {
    var attributes: Attributes = ["server.address": .string(server.serverAddress)]  // 4.13.5
    attributes["server.port"] = server.serverPort.map { .int(Int64($0)) }
    return ExporterMetrics(
      ComponentID(type: componentType(signal)), of: signal, attributes: attributes,
      .init(
        attempts: "Requests that were made.", possibleDuplicates: "Items that the server may have got twice.",
        bytes: "Bytes of request messages, compressed if they were, that went to a connection."),
      statusAttribute: statusAttribute)
  }

  /// The attribute for the status of an operation; nil without a response.
  private func statusAttribute(_ status: String) -> Attributes.Element? {
    if self == .grpc { return .init("rpc.status_code", .string(status)) }
    if isDatabase { return .init("db.response.status_code", .string(status)) }
    let code = status == ExporterMetrics.acceptedStatus ? 200 : Int64(Self.withoutPrefix(status))
    return code.map { .init("http.response.status_code", .int($0)) }
  }
}
