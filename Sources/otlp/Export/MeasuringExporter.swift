internal import Synchronization
package import TelemetryCore
package import TelemetrySDK

/// Measures the latency of an exporter's exports and keeps the last error.
package final class MeasuringExporter<Item: BatchItem>: LoopExporter {
  private struct Measured {
    var latency = LatencyHistogram()
    var lastError: String?
  }

  private let base: any LoopExporter<Item>
  private let measured = Mutex(Measured())

  package init(_ base: any LoopExporter<Item>) { self.base = base }

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

  package var latency: LatencyHistogram { measured.withLock { $0.latency } }

  package var lastError: String? { measured.withLock { $0.lastError } }
}
