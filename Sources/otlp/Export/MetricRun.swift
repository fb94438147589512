internal import SwiftOTLP
internal import Synchronization
package import TelemetryCore
package import TelemetrySDK

/// The exports of a command of metrics. Counts data points.
///
/// A collection is exported at once and doesn't mix with another, so there is no queue: the thread that has a collection waits until
/// it is settled.
package final class MetricRun: CommandRun {
  private struct State {
    var counts = MetricLedger()
    /// Fulfilled when every data point is settled; nil before the end.
    var settled: Promise<Void>?
  }

  // An ended export needs a few turns of the loop for its outcome.
  private static let timeToSettle = Duration.milliseconds(500)

  private let shutdownTimeout: Duration
  /// The most data points of an export.
  package let maxExportPoints: Int
  /// The longest time without a delivery.
  package var patience: Duration? { exportTimeout }
  private let exportTimeout: Duration
  private let exporter: MeasuringExporter<Metric>
  private let state = Mutex(State())

  package init(
    _ options: ExportOptions, concurrency: Int? = nil, environment: [String: String],
    diagnostics: Diagnostics? = nil
  ) throws(ToolError) {
    let diagnostics = diagnostics ?? TelemetrySetup.diagnostics(environment: environment)
    let batch = try options.batchConfiguration(.metrics, environment: environment, diagnostics: diagnostics)
    exporter = try MeasuringExporter(
      options, concurrency: concurrency, exportTimeout: batch.exportTimeout, environment: environment, diagnostics)
    exportTimeout = batch.exportTimeout
    maxExportPoints = batch.maxExportBatchSize
    shutdownTimeout = options.shutdownTimeout
  }

  package var ledger: Ledger { state.withLock { $0.counts.ledger } }

  package var lastError: String? { exporter.lastError }

  /// Exports a collection in batches of the greatest size, and blocks until it is settled.
  package func export(_ collection: [Metric]) {
    let total = collection.pointCount
    state.withLock { $0.counts.took(total) }
    for batch in collection.batches(of: maxExportPoints) { exportBatch(batch) }
  }

  private func exportBatch(_ metrics: [Metric]) {
    let points = metrics.pointCount
    state.withLock { $0.counts.exportBegan(points) }
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
    let settled = state.withLock { state in
      state.counts.exportEnded(points, outcome)
      return state.counts.isSettled ? state.settled : nil
    }
    settled?.fulfil(())
  }

  /// Data points that are not settled then are dropped.
  package func finish(since beginning: MonotonicInstant) async -> RunReport {
    let deadline = Deadline(beginning + shutdownTimeout)
    await exporter.shutdown(deadline: deadline)
    await waitUntilSettled()
    return exporter.report(state.withLock { $0.counts.close() })
  }

  /// The shutdown ended the exports: their outcomes, which name the reason, are on their way.
  private func waitUntilSettled() async {
    let settled = Promise<Void>()
    let isSettled = state.withLock { state in
      state.settled = settled
      return state.counts.isSettled
    }
    guard !isSettled, let loop = exporter.loop else { return }
    _ = await settled.value(until: Deadline(MonotonicInstant.system + Self.timeToSettle), on: loop)
  }
}

extension [Metric] {
  fileprivate var pointCount: Int { reduce(0) { $0 + $1.dataPointCount } }
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
