internal import OTLPExport
package import OTLPGRPC
internal import SwiftOTLP
internal import TelemetryCore
package import TelemetrySDK

#if HTTP
  internal import OTLPHTTP
#endif

/// The configuration from options, environment and defaults, with the source of each value.
package struct ConfigurationSurvey: Sendable {
  /// A value and its source: an option, a variable, or `default`. Secrets are redacted.
  package struct Row: Hashable, Sendable {
    package var name: String
    package var value: String
    package var source: String

    package init(_ name: String, _ value: String, source: String) {
      self.name = name
      self.value = value
      self.source = source
    }
  }

  package let exporter: OTLPGRPCExporter.Configuration
  #if HTTP
    /// The configuration for OTLP over HTTP; nil for gRPC.
    let http: OTLPHTTPExporter.Configuration?
  #endif
  /// The mistakes in options and environment.
  package let findings: [Finding]
  package let rows: [Row]
  /// True if an exporter can be made from the configuration.
  package let isUsable: Bool

  /// - Parameter signal: The signal whose exporter is examined.
  package init(_ options: ExportOptions, signal: OTLPSignal = .traces, environment: [String: String]) {
    let events = EventList()
    // Batches and metric readers read the same variable.
    let diagnostics = events.diagnostics.withoutRepetition
    var exporter = options.exporter
    var problems: [Finding] = []
    let transport = Self.transport(options, signal, environment)
    do throws(OTLPError) {
      #if HTTP
        http = Self.http(transport, options, signal, environment, diagnostics)
        if http != nil { try options.requireOneServer() }
        if let http { exporter.values = http.values }
        try http?.validate()
      #endif
      if transport == .grpc {
        exporter.apply(environment: environment, signal: signal, diagnostics: diagnostics)
        try exporter.validate()
      }
    } catch {
      problems.append(Finding(error))
    }
    let batch = Self.batch(options, signal, environment, diagnostics, &problems)
    let setup = Self.setup(environment, diagnostics)
    let reader = signal == .metrics ? Self.reader(environment, diagnostics) : nil
    self.exporter = exporter
    isUsable = problems.isEmpty
    findings = problems + events.all.map { Finding($0) } + Finding.telemetry(setup, signal, environment)
    let ignored = Set(events.all.compactMap { event in event.fields.first { $0.name == "variable" }?.value })
    let sources = ConfigurationSources(
      options: options, signal: signal, environment: Environment(environment), ignored: ignored)
    rows =
      sources.exporterRows(exporter, transport) + sources.batchRows(batch)
      + (reader.map { sources.readerRows($0) } ?? [])
      + TelemetrySources(setup: setup, signal: signal, environment: Environment(environment)).rows
  }

  private static func batch(
    _ options: ExportOptions, _ signal: OTLPSignal, _ environment: [String: String], _ diagnostics: Diagnostics,
    _ problems: inout [Finding]
  ) -> BatchConfiguration {
    do throws(ToolError) {
      return try options.batchConfiguration(signal, environment: environment, diagnostics: diagnostics)
    } catch {
      problems.append(.refusedValue(error))
      return BatchConfiguration(signal: signal)
    }
  }

  /// The settings of a program with the same environment, beside the exporter's options.
  private static func setup(_ environment: [String: String], _ diagnostics: Diagnostics) -> TelemetrySetup {
    var telemetry = Telemetry.Configuration()
    telemetry.environment = environment
    telemetry.detectors = []
    telemetry.diagnostics = diagnostics
    // Without a producer a program has no metrics to export.
    telemetry.exportsSelfMetrics = true
    telemetry.otlpProtocol = .grpc  // the exporter's options have it
    return TelemetrySetup(telemetry, appliesToExporters: false)
  }

  private static func reader(
    _ environment: [String: String], _ diagnostics: Diagnostics
  ) -> PeriodicMetricReader.Configuration {
    var configuration = PeriodicMetricReader.Configuration()
    configuration.apply(environment: environment, diagnostics: diagnostics)
    return configuration
  }

  /// The protocol of options or environment; gRPC if this build has no other.
  private static func transport(
    _ options: ExportOptions, _ signal: OTLPSignal, _ environment: [String: String]
  ) -> OTLPTransport {
    #if HTTP
      return options.transport(signal, environment: environment).value
    #else
      return .grpc
    #endif
  }

  #if HTTP
    private static func http(
      _ transport: OTLPTransport, _ options: ExportOptions, _ signal: OTLPSignal, _ environment: [String: String],
      _ diagnostics: Diagnostics
    ) -> OTLPHTTPExporter.Configuration? {
      guard transport != .grpc else { return nil }
      var http = OTLPHTTPExporter.Configuration(sharing: options.exporter.values)
      http.httpProtocol = transport == .httpJSON ? .json : .protobuf
      http.apply(environment: environment, signal: signal, diagnostics: diagnostics)
      return http
    }
  #endif
}
