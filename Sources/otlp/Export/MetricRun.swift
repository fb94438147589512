internal import Synchronization
package import TelemetryCore
package import TelemetrySDK

/// The exporter of a command for metrics, and the measurements for the report. Counts data points.
///
/// A collection is exported at once and doesn't mix with another, so there is no queue: the thread that has a collection waits until
/// it is settled.
package final class MetricRun: Sendable {
  package let shutdownTimeout: Duration
  /// The most data points of an export.
  package let maxExportPoints: Int
  /// The longest time without a delivery.
  package var patience: Duration? { exportTimeout }
  private let exportTimeout: Duration
  private let exporter: MeasuringExporter<Metric>
  private let failures: FailureLog
  private let endpoint: String
  private let counts = Mutex(Ledger())
  private let start = MonotonicInstant.system
  private let startCPU = Process.cpuTime

  package init(
    _ options: ExportOptions, concurrency: Int? = nil, environment: [String: String], diagnostics: Diagnostics
  ) throws(ToolError) {
    failures = FailureLog(diagnostics)
    let made = try ToolExporter<Metric>(
      options, concurrency: concurrency, environment: environment, diagnostics, failures.diagnostics)
    let batch = try options.batchConfiguration(.metrics, environment: environment, diagnostics: diagnostics)
    endpoint = made.endpoint
    exportTimeout = batch.exportTimeout
    maxExportPoints = batch.maxExportBatchSize
    shutdownTimeout = options.shutdownTimeout
    exporter = MeasuringExporter(made.exporter)
  }

  package var ledger: Ledger { counts.withLock { $0 } }

  package var lastError: String? { exporter.lastError ?? failures.last }

  /// Exports a collection in batches of the greatest size, and blocks until it is settled.
  package func export(_ collection: [Metric]) {
    for batch in collection.batches(of: maxExportPoints) { exportBatch(batch) }
  }

  private func exportBatch(_ metrics: [Metric]) {
    let points = metrics.reduce(0) { $0 + $1.dataPointCount }
    counts.withLock { counts in
      counts.ended += points
      counts.inFlight += points
      counts.exports += 1
    }
    let done = BlockingSemaphore()
    let (exporter, timeout) = (exporter, exportTimeout)
    Task(executorPreference: exporter.loop) {
      let outcome = await exporter.export(Batch(metrics), timeout: timeout, deadline: .never)
      self.settle(points, outcome.resolved(count: points))
      done.signal()
    }
    _ = done.wait(until: .never)
  }

  private func settle(_ points: Int, _ outcome: ExportOutcome) {
    counts.withLock { counts in
      counts.inFlight -= points
      counts.exported += outcome.exported
      counts.rejected += outcome.rejected
      counts.dropped.merge(outcome.dropped, uniquingKeysWith: +)
      counts.possibleDuplicates += outcome.possibleDuplicates
      counts.attempts += outcome.attempts
    }
  }

  /// Lets the exports that run end, until the shutdown timeout has passed since `beginning`.
  package func finish(since beginning: MonotonicInstant = .system) async -> RunReport {
    await exporter.shutdown(deadline: Deadline(beginning + shutdownTimeout))
    var report = RunReport(endpoint: endpoint, signal: .metrics)
    report.ledger = ledger
    report.elapsed = MonotonicInstant.system - start
    report.cpuTime = Process.cpuTime - startCPU
    report.latency = exporter.latency
    return report
  }
}

extension [Metric] {
  /// The metrics in batches of at most `limit` data points; a metric with more is cut between its data points.
  package func batches(of limit: Int) -> [[Metric]] {
    var batches: [[Metric]] = []
    var (batch, room): ([Metric], Int) = ([], limit)
    for metric in self {
      let count = metric.dataPointCount
      var next = 0
      repeat {
        if room == 0 {
          batches.append(batch)
          (batch, room) = ([], limit)
        }
        let part = Swift.min(room, count - next)
        batch.append(part == count ? metric : metric.dataPoints(in: next..<next + part))
        next += part
        room -= part
      } while next < count
    }
    return batch.isEmpty ? batches : batches + [batch]
  }
}
