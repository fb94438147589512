internal import OTLPExport
internal import OTLPGRPC
internal import TelemetryCore
internal import TelemetrySDK

#if HTTP
  internal import OTLPHTTP
#endif

/// The exporter of a command, by the protocol of its options.
struct ToolExporter {
  let exporter: any LoopExporter<SpanData>
  /// The server in the report.
  let endpoint: String

  /// - Parameters:
  ///   - configuring: Receives the warnings of ignored values.
  ///   - diagnostics: Receives the exporter's messages.
  init(
    _ options: ExportOptions, concurrency: Int?, environment: [String: String], _ configuring: Diagnostics,
    _ diagnostics: Diagnostics
  ) throws(ToolError) {
    guard options.exporterProtocol == .grpc else {
      (exporter, endpoint) = try Self.overHTTP(options, concurrency, environment, configuring, diagnostics)
      return
    }
    var configuration = try options.exporterConfiguration(environment: environment, diagnostics: configuring)
    if let concurrency { configuration.maxConcurrentExports = concurrency }
    endpoint = configuration.endpoints.map(Endpoint.redacted).joined(separator: ",")
    do throws(OTLPError) {
      exporter = try OTLPGRPCExporter(configuration, diagnostics: diagnostics)
    } catch {
      throw ToolError(error)
    }
  }

  private static func overHTTP(
    _ options: ExportOptions, _ concurrency: Int?, _ environment: [String: String], _ configuring: Diagnostics,
    _ diagnostics: Diagnostics
  ) throws(ToolError) -> (any LoopExporter<SpanData>, String) {
    #if HTTP
      var configuration = OTLPHTTPExporter.Configuration(sharing: options.exporter.values)
      configuration.httpProtocol = options.exporterProtocol == .httpJSON ? .json : .protobuf
      if options.given.contains("max-connections") { configuration.maxConnections = options.exporter.maxConnections }
      configuration.apply(environment: environment, signal: .traces, diagnostics: configuring)
      if let concurrency {
        configuration.maxConcurrentExports = concurrency
        configuration.maxConnections = max(configuration.maxConnections, min(concurrency, 100))
      }
      let exporter: OTLPHTTPExporter
      do throws(OTLPError) {
        exporter = try OTLPHTTPExporter(configuration, diagnostics: diagnostics)
      } catch {
        throw ToolError(error)
      }
      return (exporter, HTTPEndpoint.redacted(configuration.tracesEndpoint ?? configuration.endpoint))
    #else
      throw ToolError(
        usage: ConfigurationError(
          option: "--protocol", value: options.exporterProtocol.rawValue,
          allowed: "grpc; a build with OTLP over HTTP is made by: swift build --traits HTTP"))
    #endif
  }
}
