/// Hands each item to the exporter as soon as it ends, one after the other, on a telemetry thread; for debugging and
/// for exporters without a way out of the process. Thread-safe.
///
/// While the exporter is at work at most 2048 items wait; more are dropped and counted. Otherwise it behaves as a
/// ``BatchProcessor`` does.
public final class SimpleProcessor<Item: BatchItem>: Sendable {
  private let core: BatchDriver<Item>

  private static var configuration: BatchConfiguration {
    var configuration = BatchConfiguration()
    configuration.maxExportBatchSize = 1
    configuration.scheduleDelay = .zero
    return configuration
  }

  /// Makes a processor and starts the runtime's threads if they don't run.
  /// - Throws: A `SystemError` if no thread can be had.
  public init(
    exporter: some Exporter<Item>, runtime: TelemetryRuntime = .shared, diagnostics: Diagnostics = .standardError
  ) throws {
    let lease = try runtime.acquire(preferring: (exporter as? any LoopExporter)?.loop)
    core = BatchDriver(
      exporter: exporter, configuration: Self.configuration, maxConcurrentExports: 1, loop: lease.loop, lease: lease,
      diagnostics: diagnostics, kind: "simple")
  }

  /// For a simulation: lives on `loop`, which the caller runs.
  package init(exporter: some Exporter<Item>, loop: TelemetryLoop, diagnostics: Diagnostics = .standardError) {
    core = BatchDriver(
      exporter: exporter, configuration: Self.configuration, maxConcurrentExports: 1, loop: loop, lease: nil,
      diagnostics: diagnostics, kind: "simple")
  }

  deinit { core.request(.shutdown, within: .seconds(30)) { _ in } }

  /// Takes an ended item. Any thread; it never waits.
  @specialized(where Item == SpanData)
  public func onEnd(_ item: consuming Item) { core.onEnd(item) }

  /// Where every item is now.
  public var ledger: Ledger { core.ledger }

  /// The processor's metrics of itself at this moment; see ``BatchProcessor/selfMetrics``.
  public var selfMetrics: SelfMetrics { core.selfMetrics }

  /// Waits until everything that was handed in before the call is settled, or `limit` has passed.
  public func forceFlush(within limit: Duration) async -> FlushReport { await core.wait(for: .flush, limit) }

  /// Ends the processor and its exporter within `limit`; the report has the final ledger.
  public func shutdown(within limit: Duration) async -> FlushReport { await core.wait(for: .shutdown, limit) }

  /// ``forceFlush(within:)`` for a thread that can wait; not for a telemetry thread.
  @available(*, noasync, message: "it blocks the thread: use forceFlush(within:)")
  public func forceFlushBlocking(within limit: Duration) -> FlushReport { core.block(for: .flush, limit) }

  /// ``shutdown(within:)`` for a thread that can wait; not for a telemetry thread.
  @available(*, noasync, message: "it blocks the thread: use shutdown(within:)")
  public func shutdownBlocking(within limit: Duration) -> FlushReport { core.block(for: .shutdown, limit) }
}

/// A simple processor of spans.
public typealias SimpleSpanProcessor = SimpleProcessor<SpanData>
