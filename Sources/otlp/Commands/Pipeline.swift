internal import OTLPExport
internal import OTLPGRPC
package import TelemetryCore
package import TelemetrySDK

/// The exporter and processor of a command, and the figures of what went through them.
package final class Pipeline: Sendable {
  package let processor: BatchSpanProcessor
  private let exporter: MeasuringExporter
  private let endpoint: String
  private let start = MonotonicInstant.system
  private let startCPU = Process.cpuTime
  private let shutdownTimeout: Duration

  package init(
    _ options: ConnectionOptions, concurrency: Int? = nil, environment: [String: String],
    diagnostics: Diagnostics = .standardError
  ) throws(ToolError) {
    var configuration = try options.exporterConfiguration(environment: environment, diagnostics: diagnostics)
    if let concurrency { configuration.maxConcurrentExports = concurrency }
    let batch = try options.batchConfiguration(environment: environment, diagnostics: diagnostics)
    endpoint = configuration.endpoints.map(Endpoint.redacted).joined(separator: ",")
    shutdownTimeout = options.shutdownTimeout
    do throws(OTLPError) {
      exporter = MeasuringExporter(try OTLPGRPCExporter(configuration, diagnostics: diagnostics))
    } catch {
      throw ToolError(error)
    }
    do {
      processor = try BatchSpanProcessor(exporter: exporter, configuration: batch, diagnostics: diagnostics)
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
  }

  /// What went wrong last.
  package var lastError: String? { exporter.lastError }

  /// Ends the processor, at the latest after the shutdown timeout, and says what became of all spans.
  package func finish() -> RunReport { report(processor.shutdownBlocking(within: shutdownTimeout).ledger) }

  /// ``finish()`` for a caller that must not block.
  package func finishAsync() async -> RunReport { report(await processor.shutdown(within: shutdownTimeout).ledger) }

  private func report(_ ledger: Ledger) -> RunReport {
    var report = RunReport(endpoint: endpoint)
    report.ledger = ledger
    report.elapsed = MonotonicInstant.system - start
    report.cpuTime = Process.cpuTime - startCPU
    report.latency = exporter.latency
    return report
  }
}
