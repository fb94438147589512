internal import OTLPExport
package import OTLPGRPC
internal import SwiftOTLP
internal import TelemetryCore
package import TelemetrySDK

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
  /// The mistakes in options and environment.
  package let findings: [Finding]
  package let rows: [Row]
  /// True if an exporter can be made from the configuration.
  package let isUsable: Bool

  /// - Parameter signal: The signal whose exporter is examined.
  package init(_ options: ExportOptions, signal: OTLPSignal = .traces, environment: [String: String]) {
    let events = EventList()
    var exporter = options.exporter
    exporter.apply(environment: environment, signal: signal, diagnostics: events.diagnostics)
    var problems: [Finding] = []
    do throws(OTLPError) {
      try exporter.validate()
    } catch {
      problems.append(Finding(error))
    }
    let batch: BatchConfiguration
    do throws(ToolError) {
      batch = try options.batchConfiguration(signal, environment: environment, diagnostics: events.diagnostics)
    } catch {
      batch = BatchConfiguration(signal: signal)
      problems.append(.refusedValue(error))
    }
    var telemetry = Telemetry.Configuration()
    telemetry.environment = environment
    telemetry.detectors = []
    telemetry.diagnostics = events.diagnostics
    telemetry.otlpProtocol = .grpc  // the exporter's options have it
    let setup = TelemetrySetup(telemetry, appliesToExporters: false)
    self.exporter = exporter
    isUsable = problems.isEmpty
    findings = problems + events.all.map { Finding($0) } + Finding.telemetry(setup, environment)
    let ignored = Set(events.all.compactMap { event in event.fields.first { $0.name == "variable" }?.value })
    let sources = ConfigurationSources(
      options: options, signal: signal, environment: Environment(environment), ignored: ignored)
    rows =
      sources.exporterRows(exporter) + sources.batchRows(batch)
      + TelemetrySources(setup: setup, environment: Environment(environment)).rows
  }
}
