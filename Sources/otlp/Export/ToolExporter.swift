internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore
internal import TelemetrySDK

#if HTTP
  internal import OTLPHTTP
#endif

/// The exporter of a command for items of one signal, by the protocol of its options.
struct ToolExporter<Item: BatchItem> {
  let exporter: any LoopExporter<Item>
  /// The server in the report.
  let endpoint: String

  /// - Throws: A refused value; a protocol that this build lacks, as an option's or a variable's value (RULES D6).
  /// - Parameters:
  ///   - configuring: Receives the warnings of ignored values.
  ///   - diagnostics: Receives the exporter's messages.
  init(
    _ options: ExportOptions, concurrency: Int?, environment: [String: String], _ configuring: Diagnostics,
    _ diagnostics: Diagnostics
  ) throws(ToolError) {
    do throws(OTLPError) {
      guard options.transport(Item.signal, environment: environment).value == .grpc else {
        (exporter, endpoint) = try Self.overHTTP(options, concurrency, environment, configuring, diagnostics)
        return
      }
      var configuration = options.exporter
      configuration.apply(environment: environment, signal: Item.signal, diagnostics: configuring)
      // Before the attempts are limited: a refused value must not follow a warning.
      try configuration.validate()
      if let concurrency { configuration.maxConcurrentExports = concurrency }
      options.limitAttempts(&configuration.values, Item.signal, environment, configuring)
      endpoint = configuration.endpoints.map(Endpoint.redacted).joined(separator: ",")
      exporter = try OTLPGRPCExporter(configuration, diagnostics: diagnostics).spans.joined(Item.self)
    } catch {
      throw ToolError(error)
    }
  }

  private static func overHTTP(
    _ options: ExportOptions, _ concurrency: Int?, _ environment: [String: String], _ configuring: Diagnostics,
    _ diagnostics: Diagnostics
  ) throws(OTLPError) -> (any LoopExporter<Item>, String) {
    let transport = options.transport(Item.signal, environment: environment)
    #if HTTP
      try options.requireOneServer()
      var configuration = OTLPHTTPExporter.Configuration(sharing: options.exporter.values)
      configuration.httpProtocol = transport.value == .httpJSON ? .json : .protobuf
      if options.given.contains("max-connections") { configuration.maxConnections = options.exporter.maxConnections }
      configuration.apply(environment: environment, signal: Item.signal, diagnostics: configuring)
      options.limitAttempts(&configuration.values, Item.signal, environment, configuring)
      if let concurrency {
        configuration.maxConcurrentExports = concurrency
        configuration.maxConnections = max(configuration.maxConnections, min(concurrency, 100))
      }
      let exporter = try OTLPHTTPExporter(configuration, diagnostics: diagnostics).spans.joined(Item.self)
      let own =
        switch Item.signal {
        case .traces: configuration.tracesEndpoint
        case .metrics: configuration.metricsEndpoint
        case .logs: configuration.logsEndpoint
        }
      return (exporter, HTTPEndpoint.redacted(own ?? configuration.endpoint))
    #else
      throw OTLPError(
        ConfigurationError(
          option: transport.source, value: transport.value.rawValue,
          allowed: "grpc; a build with OTLP over HTTP is made by: swift build --traits HTTP"))
    #endif
  }
}
