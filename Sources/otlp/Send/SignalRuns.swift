internal import SwiftOTLP
internal import Synchronization
package import TelemetryCore
package import TelemetrySDK

/// The exports of a command with items of any signals. Those of a signal begin with its first item, so that a mistake in the
/// configuration of a signal without items doesn't matter. Thread-safe.
package final class SignalRuns: CommandRun {
  private struct Runs {
    var spans: SpanRun?
    var logRecords: ExportRun<LogRecord>?
    var metrics: MetricRun?
    var error: ToolError?

    var isEmpty: Bool { spans == nil && logRecords == nil && metrics == nil && error == nil }
  }

  private let options: ExportOptions
  private let environment: [String: String]
  private let diagnostics: Diagnostics
  private let onError: @Sendable () -> Void
  private let runs = Mutex(Runs())

  /// - Parameter onError: Called if the exporter of a signal can't be made; no further item is taken.
  package init(
    _ options: ExportOptions, environment: [String: String], onError: @escaping @Sendable () -> Void = {}
  ) {
    self.options = options
    self.environment = environment
    diagnostics = TelemetrySetup.diagnostics(environment: environment).withoutRepetition
    self.onError = onError
  }

  /// The reason why a signal's exporter could not be made.
  package var error: ToolError? { runs.withLock { $0.error } }

  // MARK: Items

  package func take(_ span: SpanData) { spans?.processor.onEnd(span) }

  package func take(_ record: LogRecord) { logRecords?.processor.onEnd(record) }

  /// Exports a collection, and waits until it is settled.
  package func take(_ metrics: [Metric]) { self.metrics?.export(metrics) }

  private var spans: SpanRun? { made(\.spans, SpanRun.init) }
  private var logRecords: ExportRun<LogRecord>? { made(\.logRecords, ExportRun.init) }
  private var metrics: MetricRun? { made(\.metrics, MetricRun.init) }

  private func made<Run: Sendable>(
    _ run: any WritableKeyPath<Runs, Run?> & Sendable,
    _ make: (ExportOptions, Int?, [String: String], Diagnostics?) throws(ToolError) -> Run
  ) -> Run? {
    let isNewError = runs.withLock { runs in
      guard runs[keyPath: run] == nil, runs.error == nil else { return false }
      do throws(ToolError) {
        runs[keyPath: run] = try make(options, nil, environment, diagnostics)
        return false
      } catch {
        runs.error = error
        return true
      }
    }
    if isNewError { onError() }
    return runs.withLock { $0[keyPath: run] }
  }

  // MARK: State

  package var ledger: Ledger {
    let runs = runs.withLock { $0 }
    return [runs.spans?.ledger, runs.logRecords?.ledger, runs.metrics?.ledger].reduce(Ledger()) {
      $0 + ($1 ?? Ledger())
    }
  }

  package var lastError: String? {
    let runs = runs.withLock { $0 }
    return runs.spans?.lastError ?? runs.logRecords?.lastError ?? runs.metrics?.lastError
  }

  /// Delivers what is left, of all signals at once, and reports on each signal that had items.
  package func finish(since beginning: MonotonicInstant) async -> RunReport {
    // Without any item the report is of spans, with their endpoint, and the configuration is checked.
    if runs.withLock({ $0.isEmpty }) { _ = spans }
    let runs = runs.withLock { $0 }
    async let spans = runs.spans?.finish(since: beginning)
    async let logRecords = runs.logRecords?.finish(since: beginning)
    async let metrics = runs.metrics?.finish(since: beginning)
    let reports = await [spans, metrics, logRecords].compactMap { $0 }
    guard var sum = reports.first else { return RunReport(endpoint: "") }
    guard reports.count > 1 else { return sum }
    sum.signals = [sum.signal ?? .traces: sum.ledger]
    for report in reports.dropFirst() {
      sum.signals[report.signal ?? .traces] = report.ledger
      sum.ledger = sum.ledger + report.ledger
      sum.elapsed = max(sum.elapsed, report.elapsed)
      sum.cpuTime = max(sum.cpuTime, report.cpuTime)
      sum.latency.add(report.latency)
    }
    sum.signal = nil
    return sum
  }
}
