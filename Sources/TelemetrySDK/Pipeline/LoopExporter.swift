package import TelemetryCore

/// An exporter of this package: runs on a telemetry loop, shares the processor's byte budget, and distinguishes an outage
/// from the time in which an export can be delivered.
package protocol LoopExporter<Item>: Exporter {
  /// The loop that the exporter runs on, so that its processor can run there too; default nil.
  var loop: TelemetryLoop? { get }

  /// The maximum time for one attempt of an export; default nil. A processor warns if its export timeout is shorter.
  var attemptTimeout: Duration? { get }

  /// True if ``export(_:timeout:deadline:)`` applies the export timeout; default false: the processor applies it.
  var appliesExportTimeout: Bool { get }

  /// Passes the byte budget of a processor that will use the exporter, once, before the first export. The exporter counts
  /// memory that it keeps between exports, such as buffers in an `ObjectPool`, as a reserve in the budget. Default: does
  /// nothing.
  func share(_ budget: ByteBudget)

  /// Calls `observer`, on any thread, when ``Exporter/maxConcurrentExports`` has increased. Each processor registers one
  /// observer before its first export. Default: does nothing; a processor reads the value again after each export.
  func observeRoom(_ observer: @escaping @Sendable () -> Void)

  /// Delivers `batch`, or gives up at `deadline` or after `timeout`, which stands still during an outage.
  ///
  /// During an outage (no connection, a pause that the server requested, an open circuit) the batch waits here until the
  /// destination is available, and ``Exporter/maxConcurrentExports`` is 1, so that all other items wait in the queue.
  /// Default: exports by the earlier of both times, outage or not.
  func export(_ batch: consuming Batch<Item>, timeout: Duration, deadline: Deadline) async -> ExportOutcome

  /// Makes waiting and later exports attempt at once, as far as the server permits, until `deadline`: a flush or a
  /// shutdown with this deadline has begun. Called again if another flush still waits when `deadline` has passed.
  /// Default: does nothing.
  func expedite(deadline: Deadline) async
}

extension LoopExporter {
  package var loop: TelemetryLoop? { nil }
  package var attemptTimeout: Duration? { nil }
  package var appliesExportTimeout: Bool { false }
  package func share(_ budget: ByteBudget) {}
  package func observeRoom(_ observer: @escaping @Sendable () -> Void) {}
  package func export(_ batch: consuming Batch<Item>, timeout: Duration, deadline: Deadline) async -> ExportOutcome {
    await export(consume batch, deadline: min(deadline, .after(timeout)))
  }
  package func expedite(deadline: Deadline) async {}
}
