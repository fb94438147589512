/// Collects ended items and hands them in batches to an exporter, on a telemetry thread. Thread-safe.
///
/// A batch is exported when there are `maxExportBatchSize` items or `maxExportBatchBytes` (or half of `maxQueueBytes`),
/// when the first item has waited for `scheduleDelay`, when an item finds no room, by a flush and by shutdown. At most
/// ``Exporter/maxConcurrentExports`` are under way at once. An export that hasn't ended shortly after its deadline, the
/// export timeout's end or a shutdown's, is cancelled, then given up with a warning: its items count as dropped
/// (`timeout`), and what it still says is ignored. This package's exporters apply the export timeout themselves, since in
/// an outage it stands still; until its end a batch waits in them, and the others in the queue.
///
/// End it with ``shutdown(within:)``, which says what became of every item. If it is released without, it delivers in
/// the background what it holds, within `exportTimeout` and 30 s at most, and its threads end then.
public final class BatchProcessor<Item: BatchItem>: Sendable {
  private let core: BatchDriver<Item>
  private let backgroundLimit: Duration

  /// Makes a processor and starts the runtime's threads if they don't run.
  ///
  /// It lives on the exporter's event loop, if that is one of `runtime`'s.
  /// - Throws: A `ConfigurationError` for a value outside of its range, a `SystemError` if no thread can be had.
  public init(
    exporter: some Exporter<Item>, configuration: BatchConfiguration = .init(), runtime: TelemetryRuntime = .shared,
    diagnostics: Diagnostics = .standardError
  ) throws {
    try configuration.validate()
    let lease = try runtime.acquire(preferring: (exporter as? any LoopExporter)?.loop)
    core = BatchDriver(
      exporter: exporter, configuration: configuration, loop: lease.loop, lease: lease, diagnostics: diagnostics,
      kind: "batching")
    backgroundLimit = min(configuration.exportTimeout, .seconds(30))
  }

  /// For a simulation: lives on `loop`, which the caller runs.
  package init(
    exporter: some Exporter<Item>, configuration: BatchConfiguration = .init(), loop: TelemetryLoop,
    diagnostics: Diagnostics = .standardError
  ) throws(ConfigurationError) {
    try configuration.validate()
    core = BatchDriver(
      exporter: exporter, configuration: configuration, loop: loop, lease: nil, diagnostics: diagnostics,
      kind: "batching")
    backgroundLimit = min(configuration.exportTimeout, .seconds(30))
  }

  deinit { core.request(.shutdown, within: backgroundLimit) { _ in } }

  /// Takes an ended item. Any thread; it never waits unless ``OverflowPolicy/block(upTo:)`` says so.
  @specialized(where Item == SpanData)
  public func onEnd(_ item: consuming Item) { core.onEnd(item) }

  /// Where every item is now.
  public var ledger: Ledger { core.ledger }

  /// The bytes that are held now: of items in the queue and in exports by their size bounds, which are no less than what
  /// they become when encoded, and of the exporter's buffers that lie ready; never above `maxQueueBytes`.
  public var bytesHeld: Int { core.bytesHeld }

  /// As it is now; what a test looks at.
  var machine: BatchStateMachine { core.withState { $0.machine } }

  /// The processor's metrics of itself at this moment, consistent with one another.
  ///
  /// `otel.sdk.processor.span.queue.size`, `.queue.capacity` and `.processed`: items that were handed to the exporter,
  /// and with `error.type` those lost before that: `queue_full`, `already_shutdown`, `shutdown` (still queued at
  /// shutdown's deadline). Beyond the conventions `swift_otlp.processor.span.memory.usage` and `.limit`, which are
  /// ``bytesHeld`` and `maxQueueBytes`. What became of the items is measured by the exporter (RULES 4.13).
  public var selfMetrics: SelfMetrics { core.selfMetrics }

  /// Has everything exported that was handed in before the call, in batches of the usual size, and then the exporter
  /// flushed; returns when all that is settled, or when `limit` has passed. After a shutdown it returns at once.
  ///
  /// Giving up the wait changes nothing for the items: they are still exported. It returns in time even if an exporter
  /// blocks the telemetry thread.
  public func forceFlush(within limit: Duration) async -> FlushReport { await core.wait(for: .flush, limit) }

  /// Ends the processor and its exporter: takes no more items, exports what is there, what waits for room
  /// (``OverflowPolicy/block(upTo:)``) included, and lets the exporter retry, all within `limit`; then counts what is
  /// left as dropped (``DropReason/shutdown``). The report has the final ledger.
  ///
  /// A second call waits for the first, and shortens it if its own limit ends before. It returns in time even if an
  /// exporter blocks the telemetry thread; the exporter's `shutdown` is then called once that goes on.
  public func shutdown(within limit: Duration) async -> FlushReport { await core.wait(for: .shutdown, limit) }

  /// ``forceFlush(within:)`` for a thread that can wait; must not be called on a telemetry thread, which would wait for
  /// itself, nor from an async function.
  @available(*, noasync, message: "it blocks the thread: use forceFlush(within:)")
  public func forceFlushBlocking(within limit: Duration) -> FlushReport { core.block(for: .flush, limit) }

  /// ``shutdown(within:)`` for a thread that can wait; must not be called on a telemetry thread, which would wait for
  /// itself, nor from an async function.
  ///
  /// It returns in time even if an exporter blocks the telemetry thread.
  @available(*, noasync, message: "it blocks the thread: use shutdown(within:)")
  public func shutdownBlocking(within limit: Duration) -> FlushReport { core.block(for: .shutdown, limit) }
}

/// A batch processor of spans.
public typealias BatchSpanProcessor = BatchProcessor<SpanData>
