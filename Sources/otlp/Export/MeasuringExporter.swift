internal import Synchronization
package import TelemetryCore
package import TelemetrySDK

/// The exporter of a command for items of one signal, and the measurements for the report.
package final class MeasuringExporter<Item: BatchItem>: LoopExporter {
  private struct Measured {
    var latency = LatencyHistogram()
    var lastError: String?
  }

  private let base: any LoopExporter<Item>
  private let endpoint: String
  private let failures: FailureLog
  private let measured = Mutex(Measured())
  private let start = MonotonicInstant.system
  private let startCPU = Process.cpuTime

  init(
    _ options: ExportOptions, concurrency: Int?, exportTimeout: Duration, environment: [String: String],
    _ diagnostics: Diagnostics
  ) throws(ToolError) {
    failures = FailureLog(diagnostics)
    (base, endpoint) = try options.makeExporter(
      concurrency: concurrency, exportTimeout: exportTimeout, environment: environment, diagnostics,
      failures.diagnostics)
  }

  /// Receives the messages of a processor in front of the exporter too.
  var diagnostics: Diagnostics { failures.diagnostics }

  package var maxConcurrentExports: Int { base.maxConcurrentExports }

  package var loop: TelemetryLoop? { base.loop }

  package var attemptTimeout: Duration? { base.attemptTimeout }

  package var appliesExportTimeout: Bool { base.appliesExportTimeout }

  package func share(_ budget: ByteBudget) { base.share(budget) }

  package func observeRoom(_ observer: @escaping @Sendable () -> Void) { base.observeRoom(observer) }

  package func export(_ batch: consuming Batch<Item>, deadline: Deadline) async -> ExportOutcome {
    let start = MonotonicInstant.system
    return measured(await base.export(consume batch, deadline: deadline), since: start)
  }

  package func export(
    _ batch: consuming Batch<Item>, timeout: Duration, deadline: Deadline
  ) async -> ExportOutcome {
    let start = MonotonicInstant.system
    return measured(await base.export(consume batch, timeout: timeout, deadline: deadline), since: start)
  }

  private func measured(_ outcome: ExportOutcome, since start: MonotonicInstant) -> ExportOutcome {
    let elapsed = MonotonicInstant.system - start
    measured.withLock { measured in
      measured.latency.record(elapsed)
      if let error = outcome.error { measured.lastError = "\(error)" }
    }
    return outcome
  }

  package func expedite(deadline: Deadline) async { await base.expedite(deadline: deadline) }

  package func forceFlush(deadline: Deadline) async -> Bool { await base.forceFlush(deadline: deadline) }

  package func shutdown(deadline: Deadline) async { await base.shutdown(deadline: deadline) }

  var lastError: String? { measured.withLock { $0.lastError } ?? failures.last }

  /// The report with a final ledger.
  func report(_ ledger: Ledger) -> RunReport {
    var report = RunReport(endpoint: endpoint, signal: Item.signal)
    report.ledger = ledger
    report.elapsed = MonotonicInstant.system - start
    report.cpuTime = Process.cpuTime - startCPU
    report.latency = measured.withLock { $0.latency }
    return report
  }
}
