import OTLPGRPC

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
}
