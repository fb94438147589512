internal import OTLPExport
internal import OTLPGRPC
package import TelemetryCore
package import TelemetrySDK

/// The exporter and processor of a command, and the figures of what went through them.
package final class Pipeline: Sendable {
  package let processor: BatchSpanProcessor
  /// How long producers may wait for room while nothing is delivered; nil if they don't wait.
  package let patience: Duration?
  package let shutdownTimeout: Duration
  private let exporter: MeasuringExporter
  private let failures: FailureLog
  private let endpoint: String
  private let start = MonotonicInstant.system
  private let startCPU = Process.cpuTime

  package init(
    _ options: ConnectionOptions, concurrency: Int? = nil, environment: [String: String],
    diagnostics: Diagnostics = .standardError
  ) throws(ToolError) {
    let failures = FailureLog(diagnostics)
    self.failures = failures
    var configuration = try options.exporterConfiguration(environment: environment, diagnostics: diagnostics)
    if let concurrency { configuration.maxConcurrentExports = concurrency }
    let batch = try options.batchConfiguration(environment: environment, diagnostics: diagnostics)
    endpoint = configuration.endpoints.map(Endpoint.redacted).joined(separator: ",")
    patience = (options.overflow ?? .block) == .block ? batch.exportTimeout : nil
    shutdownTimeout = options.shutdownTimeout
    do throws(OTLPError) {
      exporter = MeasuringExporter(try OTLPGRPCExporter(configuration, diagnostics: failures.diagnostics))
    } catch {
      throw ToolError(error)
    }
    do {
      processor = try BatchSpanProcessor(
        exporter: exporter, configuration: batch, diagnostics: failures.diagnostics)
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
  }

  /// The last error.
  package var lastError: String? { exporter.lastError ?? failures.last }

  /// Ends the processor, at the latest when the shutdown timeout has passed since the command began to end, and says what
  /// became of all spans.
  package func finish(since beginning: MonotonicInstant = .system) -> RunReport {
    let left = max(.zero, shutdownTimeout - (MonotonicInstant.system - beginning))
    return report(processor.shutdownBlocking(within: left).ledger)
  }

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
