internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore
internal import TelemetrySDK

#if HTTP
  internal import OTLPHTTP
#endif

extension ExportOptions {
  /// Makes the exporter of a command for items of one signal, by the protocol of the options.
  /// - Parameters:
  ///   - exportTimeout: The time of an export with all its attempts.
  ///   - configuring: Receives the warnings of ignored values.
  ///   - diagnostics: Receives the exporter's messages.
  /// - Returns: The exporter, and the server for the report.
  /// - Throws: A refused value; a protocol that this build lacks, as an option's or a variable's value (RULES D6).
  func makeExporter<Item: BatchItem>(
    concurrency: Int?, exportTimeout: Duration, environment: [String: String], _ configuring: Diagnostics,
    _ diagnostics: Diagnostics
  ) throws(ToolError) -> (any LoopExporter<Item>, endpoint: String) {
    do throws(OTLPError) {
      let transport = transport(Item.signal, environment: environment)
      guard transport.value == .grpc else {
        #if HTTP
          return try exporterOverHTTP(
            transport.value, concurrency, exportTimeout, environment, configuring, diagnostics)
        #else
          throw OTLPError(
            ConfigurationError(
              option: transport.source, value: transport.value.rawValue,
              allowed: "grpc; a build with OTLP over HTTP is made by: swift build --traits HTTP"))
        #endif
      }
      var configuration = exporter
      configuration.apply(environment: environment, signal: Item.signal, diagnostics: configuring)
      // Before the attempts are limited: a refused value must not follow a warning.
      try configuration.validate()
      if let concurrency { configuration.maxConcurrentExports = concurrency }
      Self.limitAttempts(&configuration.values, exportTimeout, configuring)
      return (
        try OTLPGRPCExporter(configuration, diagnostics: diagnostics).spans.joined(Item.self),
        configuration.endpoints.map(Endpoint.redacted).joined(separator: ",")
      )
    } catch {
      throw ToolError(error)
    }
  }

  #if HTTP
    private func exporterOverHTTP<Item: BatchItem>(
      _ transport: OTLPTransport, _ concurrency: Int?, _ exportTimeout: Duration, _ environment: [String: String],
      _ configuring: Diagnostics, _ diagnostics: Diagnostics
    ) throws(OTLPError) -> (any LoopExporter<Item>, endpoint: String) {
      try requireOneServer()
      var configuration = OTLPHTTPExporter.Configuration(sharing: exporter.values)
      configuration.httpProtocol = transport == .httpJSON ? .json : .protobuf
      if given.contains("max-connections") { configuration.maxConnections = exporter.maxConnections }
      configuration.apply(environment: environment, signal: Item.signal, diagnostics: configuring)
      Self.limitAttempts(&configuration.values, exportTimeout, configuring)
      if let concurrency {
        configuration.maxConcurrentExports = concurrency
        configuration.maxConnections = max(configuration.maxConnections, min(concurrency, 100))
      }
      let own =
        switch Item.signal {
        case .traces: configuration.tracesEndpoint
        case .metrics: configuration.metricsEndpoint
        case .logs: configuration.logsEndpoint
        }
      return (
        try OTLPHTTPExporter(configuration, diagnostics: diagnostics).spans.joined(Item.self),
        HTTPEndpoint.redacted(own ?? configuration.endpoint)
      )
    }
  #endif

  /// Shortens the time of an attempt to that of the whole export, which ends it anyway. This is said only if the time of an
  /// attempt was chosen.
  private static func limitAttempts(
    _ values: inout OTLPConfiguration, _ exportTimeout: Duration, _ diagnostics: Diagnostics
  ) {
    guard values.timeout.value > exportTimeout else { return }
    let source = values.timeout.source
    if source != .standard {
      let name = source == .code ? "--timeout" : source.description
      diagnostics.emit(
        .warning, "\(name) is longer than the time of an export, which ends each attempt",
        [("timeout", values.timeout.value.shortText), ("exportTimeout", exportTimeout.shortText)])
    }
    values.timeout.set(exportTimeout)
  }
}
