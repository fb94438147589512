package import TelemetryCore

/// What an exporter of this package has besides ``Exporter``: it lives on a telemetry loop, shares the processor's byte
/// budget, and tells an outage from the time in which an export could be delivered.
package protocol LoopExporter<Item>: Exporter {
  /// The loop that the exporter lives on, so that its processor can live there too; default nil.
  var loop: TelemetryLoop? { get }

  /// The longest time that one attempt of an export may take; default nil. A processor warns if its export timeout is
  /// shorter.
  var attemptTimeout: Duration? { get }

  /// Whether ``export(_:timeout:deadline:)`` applies the export timeout; default false: the processor applies it.
  var appliesExportTimeout: Bool { get }

  /// The byte budget of a processor that will use the exporter, given once, before the first export. The exporter counts
  /// what it keeps between exports, such as buffers in an `ObjectPool`, as a reserve in it. Default: nothing.
  func share(_ budget: ByteBudget)

  /// Has `observer` called, on any thread, when ``Exporter/maxConcurrentExports`` has grown. Given once by each
  /// processor, before its first export. Default: nothing; a processor looks again after each export.
  func observeRoom(_ observer: @escaping @Sendable () -> Void)

  /// Delivers `batch`, or gives up after `timeout`, in which the time of an outage doesn't count, or at `deadline`.
  ///
  /// During an outage (no connection, a pause that the server asked for, an open circuit) a batch waits here until the
  /// destination is back, and ``Exporter/maxConcurrentExports`` is 1, so that the others wait in the queue.
  /// Default: the earlier of both ends, outage or not.
  func export(_ batch: consuming [Item], timeout: Duration, deadline: Deadline) async -> ExportOutcome

  /// A flush or a shutdown that ends at `deadline` has begun: exports that wait, and those that follow, are attempted
  /// at once, as far as the server permits. Called again when `deadline` has passed and another flush still waits.
  /// Default: nothing.
  func expedite(deadline: Deadline) async
}

extension LoopExporter {
  package var loop: TelemetryLoop? { nil }
  package var attemptTimeout: Duration? { nil }
  package var appliesExportTimeout: Bool { false }
  package func share(_ budget: ByteBudget) {}
  package func observeRoom(_ observer: @escaping @Sendable () -> Void) {}
  package func export(_ batch: consuming [Item], timeout: Duration, deadline: Deadline) async -> ExportOutcome {
    await export(consume batch, deadline: min(deadline, .after(timeout)))
  }
  package func expedite(deadline: Deadline) async {}
}
