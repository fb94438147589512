internal import SwiftOTLP
package import TelemetryCore
package import TelemetrySDK

/// The processor and exporter of a command, and the measurements for the report.
package final class ExportRun: Sendable {
  package let processor: BatchSpanProcessor
  /// The longest time without a delivery while producers wait for room; nil if producers don't wait.
  package let patience: Duration?
  package let shutdownTimeout: Duration
  private let exporter: MeasuringExporter
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
    let made = try ToolExporter(
      options, concurrency: concurrency, environment: environment, diagnostics, failures.diagnostics)
    let batch = try options.batchConfiguration(environment: environment, diagnostics: diagnostics)
    endpoint = made.endpoint
    patience = options.overflow == ExportOptions.block ? batch.exportTimeout : nil
    shutdownTimeout = options.shutdownTimeout
    exporter = MeasuringExporter(made.exporter)
    do {
      processor = try BatchSpanProcessor(
        exporter: exporter, configuration: batch, diagnostics: failures.diagnostics)
    } catch {
      throw ToolError(.configuration, "\(error)")
    }
  }

  package var lastError: String? { exporter.lastError ?? failures.last }

  /// Shows the progress until `isRunning` returns false or `deadline` has passed.
  /// - Parameters:
  ///   - wake: Signalled when `isRunning` may have changed.
  ///   - patience: The time without a delivery after which the command gives up; nil for no limit.
  ///   - isWaiting: True if a producer has a span for which the queue has no room.
  /// - Returns: The reason to give up; nil if there was none.
  package func wait(
    on wake: BlockingSemaphore, until deadline: Deadline = .never, total: Int? = nil, patience: Duration?,
    isWaiting: () -> Bool, while isRunning: () -> Bool
  ) -> Shortfall? {
    let start = MonotonicInstant.system
    var progress = Progress(total: total, start: start)
    var watch = patience.map { StallWatch(patience: $0, at: start) }
    defer { progress.clear() }
    while isRunning() {
      if !wake.wait(until: min(deadline, .after(.milliseconds(200)))), deadline.hasPassed { return nil }
      let (ledger, now) = (processor.ledger, MonotonicInstant.system)
      progress.show(ledger, failure: lastError, at: now)
      if let patience, watch?.isStalled(ledger, isWaiting: isWaiting(), at: now) == true {
        return Shortfall(.loss, "gave up: nothing was delivered for \(patience.shortText)")
      }
    }
    return nil
  }

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
    var report = RunReport(endpoint: endpoint)
    report.ledger = ledger
    report.elapsed = MonotonicInstant.system - start
    report.cpuTime = Process.cpuTime - startCPU
    report.latency = exporter.latency
    return report
  }
}
