import OTLPFile
import OTLPGRPC
import TelemetryDatabase

#if HTTP
  import OTLPHTTP
#endif

/// `name=value` arguments.
struct Options {
  private let values: [String: String]

  init(_ arguments: [String]) {
    values = Dictionary(
      arguments.compactMap { argument in
        argument.firstIndex(of: "=").map { (String(argument[..<$0]), String(argument[argument.index(after: $0)...])) }
      }, uniquingKeysWith: { $1 })
  }

  func text(_ name: String) -> String? { values[name] }

  func number(_ name: String, _ standard: Int = 0) -> Int { values[name].flatMap { Int($0) } ?? standard }

  /// An exporter's configuration for `endpoint` and `ca`.
  var exporter: OTLPGRPCExporter.Configuration {
    var configuration = OTLPGRPCExporter.Configuration(endpoint: text("endpoint") ?? "http://localhost:4317")
    configuration.certificate = text("ca").map { .file($0) }
    configuration.compression = .none
    return configuration
  }

  /// The exporter of the file `file`, or to the database `sqlite` or `postgresql`, else with the protocol that `protocol` names, by default gRPC's.
  func makeExporter(
    _ configuration: OTLPGRPCExporter.Configuration, runtime: TelemetryRuntime = .shared,
    diagnostics: Diagnostics = .standardError
  ) throws -> any SpanExporter {
    if let path = text("file") {
      return try OTLPFileExporter(OTLPFileConfiguration(path: path), runtime: runtime, diagnostics: diagnostics)
    }
    #if SQLite
      if let path = text("sqlite") {
        return try SQLiteExporter(.init(path: path), runtime: runtime, diagnostics: diagnostics)
      }
    #endif
    #if PostgreSQL
      if let url = text("postgresql") {
        return try PostgreSQLExporter(.init(connection: url), runtime: runtime, diagnostics: diagnostics)
      }
    #endif
    #if HTTP
      if let name = text("protocol") {
        var http = OTLPHTTPExporter.Configuration(endpoint: configuration.endpoint)
        http.httpProtocol = name == "http/json" ? .json : .protobuf
        http.certificate = configuration.certificate
        http.clientCertificate = configuration.clientCertificate
        http.clientKey = configuration.clientKey
        http.compression = configuration.compression
        return try OTLPHTTPExporter(http, runtime: runtime, diagnostics: diagnostics)
      }
    #endif
    return try OTLPGRPCExporter(configuration, runtime: runtime, diagnostics: diagnostics)
  }
}
