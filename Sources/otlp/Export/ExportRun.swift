internal import SwiftOTLP
package import TelemetryCore
package import TelemetrySDK

/// The processor and exporter of a command for spans or log records, and the measurements for the report.
package final class ExportRun<Item: BatchItem>: Sendable {
  package let processor: BatchProcessor<Item>
  /// The longest time without a delivery while producers wait for room; nil if producers don't wait.
  package let patience: Duration?
  package let shutdownTimeout: Duration
  private let exporter: MeasuringExporter<Item>
  private let failures: FailureLog
  private let endpoint: String
  private let start = MonotonicInstant.system
  private let startCPU = Process.cpuTime

  package init(
    _ options: ExportOptions, concurrency: Int? = nil, environment: [String: String],
    diagnostics: Diagnostics? = nil
  ) throws(ToolError) {
    let diagnostics = diagnostics ?? TelemetrySetup.diagnostics(environment: environment)
    failures = FailureLog(diagnostics)
    let made = try ToolExporter<Item>(
      options, concurrency: concurrency, environment: environment, diagnostics, failures.diagnostics)
    let batch = try options.batchConfiguration(Item.signal, environment: environment, diagnostics: diagnostics)
    endpoint = made.endpoint
    patience = options.overflow == ExportOptions.block ? batch.exportTimeout : nil
    shutdownTimeout = options.shutdownTimeout
    exporter = MeasuringExporter(made.exporter)
    do {
      processor = try BatchProcessor(
        exporter: exporter, configuration: batch, diagnostics: failures.diagnostics)
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
  }

  package var lastError: String? { exporter.lastError ?? failures.last }

  /// Shuts the processor down and blocks until the shutdown timeout has passed.
  /// - Parameter beginning: The instant from which the shutdown timeout counts.
  package func finish(since beginning: MonotonicInstant = .system) -> RunReport {
    let left = max(.zero, shutdownTimeout - (MonotonicInstant.system - beginning))
    return report(processor.shutdownBlocking(within: left).ledger)
  }

  /// ``finish(since:)`` without blocking the thread.
  package func finishAsync() async -> RunReport { report(await processor.shutdown(within: shutdownTimeout).ledger) }

  /// The report with the processor's final ledger.
  package func report(_ ledger: Ledger) -> RunReport {
    var report = RunReport(endpoint: endpoint, signal: Item.signal)
    report.ledger = ledger
    report.elapsed = MonotonicInstant.system - start
    report.cpuTime = Process.cpuTime - startCPU
    report.latency = exporter.latency
    return report
  }
}

/// The export of a command's spans.
package typealias SpanRun = ExportRun<SpanData>
