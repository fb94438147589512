package import OTLPExport
package import OTLPGRPC
package import TelemetryCore
package import TelemetrySDK

/// The options of all commands that export. The environment supplies the values of absent options.
package struct ExportOptions {
  package var exporter = OTLPGRPCExporter.Configuration()
  /// Nil without `--protocol`.
  package var exporterProtocol: OTLPTransport?
  package var queue: Int?
  package var batch: Int?
  package var overflow = Self.block
  package var exportTimeout: Duration?
  package var shutdownTimeout = Duration.seconds(10)
  package var json = false
  /// The names of the options on the command line.
  package var given: Set<String> = []
  private var headerCount = 0
  /// True if the value of a header is only the name of an authentication scheme: the token may be another argument.
  package private(set) var endsInScheme = false

  /// Spans wait for room longer than any command runs.
  package static let block = OverflowPolicy.block(upTo: .seconds(86_400))

  package init() {}

  /// The protocol, and the option (without dashes) or variable that sets it. A variable's value that is no protocol counts as
  /// unset: the exporter's configuration warns of it.
  package func transport(
    _ signal: OTLPSignal = .traces, environment: [String: String]
  ) -> (value: OTLPTransport, source: String) {
    if let exporterProtocol { return (exporterProtocol, "protocol") }
    let names = signal.exporterVariables("PROTOCOL")
    guard let found = Environment(environment).value(names, allowed: "", { OTLPTransport(protocolName: $0) }) else {
      return (.grpc, "protocol")
    }
    return (found.value, found.variable)
  }

  /// The processor's configuration, with the environment's values for absent options.
  package func batchConfiguration(
    _ signal: OTLPSignal = .traces, environment: [String: String], diagnostics: Diagnostics
  ) throws(ToolError) -> BatchConfiguration {
    var configuration = BatchConfiguration(signal: signal)
    configuration.apply(environment: environment, diagnostics: diagnostics)
    if signal == .metrics, let timeout = Self.metricTimeout(Environment(environment, diagnostics: diagnostics)) {
      configuration.exportTimeout = timeout
    }
    if let queue { configuration.maxQueueSize = queue }
    if let batch {
      // A batch has at most the size of the queue. With room for four batches, exports don't wait for the producer.
      if queue == nil, batch > configuration.maxQueueSize { configuration.maxQueueSize = 4 * batch }
      configuration.maxExportBatchSize = batch
    } else {
      configuration.maxExportBatchSize = min(configuration.maxExportBatchSize, configuration.maxQueueSize)
    }
    if let exportTimeout { configuration.exportTimeout = exportTimeout }
    // A larger queue also needs more bytes.
    configuration.maxQueueBytes = max(configuration.maxQueueBytes, configuration.maxQueueSize * 2048)
    configuration.overflow = overflow
    do throws(ConfigurationError) {
      try configuration.validate()
    } catch {
      let named = ConfigurationError(
        option: Self.option(for: error.option) ?? error.option, value: error.value,
        allowed: error.allowed.replacing("maxQueueSize", with: "--queue"))
      throw ToolError(usage: named)
    }
    return configuration
  }

  /// The time for the export of a collection; 0 means no limit (RULES 2.6.6, 4.15.1).
  private static func metricTimeout(_ environment: Environment) -> Duration? {
    guard let found = environment.integer(["OTEL_METRIC_EXPORT_TIMEOUT"], in: 0...Int(Int32.max)) else { return nil }
    return found.value == 0 ? .seconds(Int32.max) : .milliseconds(found.value)
  }

  /// - Returns: The option, with dashes, for a property of the libraries' configurations; nil if there is none.
  package static func option(for property: String) -> String? {
    let renamed = [
      "endpoints": "endpoint", "headers": "header", "minimumTLSVersion": "minimum-tls", "maxQueueSize": "queue",
      "maxExportBatchSize": "batch",
    ]
    let name =
      renamed[property] ?? property.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
    return table.contains { $0.name == name } ? "--" + name : nil
  }

  /// Refuses several servers, which OTLP over HTTP hasn't.
  package func requireOneServer() throws(OTLPError) {
    guard exporter.endpoints.count > 1 else { return }
    throw OTLPError(
      ConfigurationError(
        option: "endpoints", value: exporter.endpoints.map(HTTPEndpoint.redacted).joined(separator: ","),
        allowed: "one endpoint with OTLP over HTTP; several with --protocol grpc"))
  }

  mutating func addEndpoint(_ text: String) {
    exporter.endpoints = given.contains("endpoint") ? exporter.endpoints + [text] : [text]
  }

  // The error doesn't show the text, which may be a token without the header's name.
  mutating func addHeader(_ value: OptionValue) throws(ConfigurationError) {
    headerCount += 1
    let parts = value.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ConfigurationError(
        option: value.option, value: "\(Redaction.mark), header number \(headerCount)", allowed: "name=value")
    }
    var single = OTLPHeaders()
    single[String(parts[0])] = String(parts[1])
    try HeaderRules.validate(single, option: value.option)
    exporter.headers[String(parts[0])] = String(parts[1])
    let schemes = ["bearer", "basic", "token", "apikey", "api-key", "digest", "negotiate"]
    if schemes.contains(parts[1].lowercased()) { endsInScheme = true }
  }
}
