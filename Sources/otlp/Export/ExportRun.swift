internal import SwiftOTLP
package import TelemetryCore
package import TelemetrySDK

/// The exports of a command by a batch processor, of spans or log records.
package final class ExportRun<Item: BatchItem>: CommandRun {
  package let processor: BatchProcessor<Item>
  /// The longest time without a delivery while producers wait for room; nil if producers don't wait.
  package let patience: Duration?
  private let shutdownTimeout: Duration
  private let exporter: MeasuringExporter<Item>

  package init(
    _ options: ExportOptions, concurrency: Int? = nil, environment: [String: String],
    diagnostics: Diagnostics? = nil
  ) throws(ToolError) {
    let diagnostics = diagnostics ?? TelemetrySetup.diagnostics(environment: environment)
    let batch = try options.batchConfiguration(Item.signal, environment: environment, diagnostics: diagnostics)
    exporter = try MeasuringExporter(
      options, concurrency: concurrency, exportTimeout: batch.exportTimeout, environment: environment, diagnostics)
    patience = options.overflow == ExportOptions.block ? batch.exportTimeout : nil
    shutdownTimeout = options.shutdownTimeout
    do {
      processor = try BatchProcessor(exporter: exporter, configuration: batch, diagnostics: exporter.diagnostics)
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
  }

  package var ledger: Ledger { processor.ledger }

  package var lastError: String? { exporter.lastError }

  package func finish(since beginning: MonotonicInstant) async -> RunReport {
    let left = max(.zero, shutdownTimeout - (MonotonicInstant.system - beginning))
    return report(await processor.shutdown(within: left).ledger)
  }

  /// The report with the processor's final ledger.
  package func report(_ ledger: Ledger) -> RunReport { exporter.report(ledger) }
}

/// The export of a command's spans.
package typealias SpanRun = ExportRun<SpanData>
