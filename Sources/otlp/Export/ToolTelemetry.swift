internal import OTLPExport
internal import OTLPGRPC
package import SwiftOTLP
internal import TelemetryCore
package import TelemetrySDK

/// Telemetry of the commands that make spans of their own: by their options and the environment.
package struct ToolTelemetry: Sendable {
  package let telemetry: Telemetry
  /// The exporter and its measurements; nil if no span goes to a server.
  package let run: SpanRun?

  /// - Throws: What `SpanRun` throws, and a refused value of the span's options.
  package init(_ export: ExportOptions, _ span: SpanOptions, environment: [String: String]) throws(ToolError) {
    let setup = Self.setup(span, environment)
    let run = setup.exportsOTLP ? try SpanRun(export, environment: environment, diagnostics: setup.diagnostics) : nil
    try self.init(setup, run)
  }

  /// Telemetry that carries contexts on and exports nothing.
  package init(withoutExport span: SpanOptions, environment: [String: String]) throws(ToolError) {
    try self.init(Self.setup(span, environment, diagnostics: .silent), nil, isMute: true)
  }

  private init(_ setup: TelemetrySetup, _ run: SpanRun?, isMute: Bool = false) throws(ToolError) {
    self.run = run
    var processors: [any SpanProcessor] = []
    if let run { processors.append(run.processor) }
    do {
      // Standard output is the command's own.
      if setup.exportsToConsole, !isMute {
        processors.append(
          try SimpleSpanProcessor(exporter: ConsoleExporter(descriptor: 2), diagnostics: setup.diagnostics))
      }
      if setup.exportsToStandardOutput, !isMute {
        var file = OTLPFileConfiguration()
        file.output = .descriptor(2)
        processors.append(
          try BatchSpanProcessor(
            exporter: OTLPFileExporter<SpanData>(file, diagnostics: setup.diagnostics), diagnostics: setup.diagnostics))
      }
      telemetry = try Telemetry(setup, processors: processors)
    } catch let error as OTLPError {
      throw ToolError(error)
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
  }

  private static func setup(
    _ span: SpanOptions, _ environment: [String: String], diagnostics: Diagnostics? = nil
  ) -> TelemetrySetup {
    var configuration = Telemetry.Configuration()
    configuration.environment = environment
    configuration.diagnostics = diagnostics
    configuration.serviceName = span.service
    configuration.resource = Resource(Attributes(span.resourceAttributes.map { ($0.key, $0.value) }))
    // The protocol is that of the exporter's options.
    configuration.otlpProtocol = .grpc
    // The commands have spans only.
    (configuration.logsExporters, configuration.metricsExporters) = ([], [])
    return TelemetrySetup(configuration, appliesToExporters: false)
  }

  /// The tracer of the tool's spans.
  package var tracer: TelemetryTracer { telemetry.tracer("otlp", version: PackageVersion.current) }

  /// The context that the environment carries: `TRACEPARENT`, `TRACESTATE`, `BAGGAGE` with the default propagators
  /// (RULES 4.11.12).
  package func context(in environment: [String: String]) -> TraceContext {
    telemetry.propagator.extract(from: environment, into: TraceContext(), using: EnvironmentTextMap())
  }

  /// Delivers the spans within the time, and reports on the exporters: that of a server, and those of standard error.
  package func finish(within limit: Duration) async -> RunReport {
    let ledger = await telemetry.shutdown(within: limit).traces.ledger
    if let run { return run.report(ledger) }
    var report = RunReport(endpoint: "")
    report.ledger = ledger
    return report
  }
}
