/// A processor of ended items: ``BatchProcessor`` or ``SimpleProcessor``. Thread-safe.
public protocol ItemProcessor<Item>: Sendable {
  /// The processed items.
  associatedtype Item: BatchItem

  /// Takes an ended item, from any thread.
  func onEnd(_ item: Item)

  /// Accounts for every item at this moment.
  var ledger: Ledger { get }

  /// The processor's metrics of itself at this moment, consistent with one another.
  ///
  /// `otel.sdk.processor.span.queue.size` and `.queue.capacity`; `.processed`, the items that were handed to the
  /// exporter, and with `error.type` the items that were lost before: `queue_full`, `already_shutdown`, and `shutdown`
  /// for items that were still queued at shutdown's deadline. Beyond the conventions,
  /// `swift_otlp.processor.span.memory.usage` and `.limit`: the bytes held, and `maxQueueBytes`. The exporter measures
  /// the results of exports (RULES 4.13).
  var selfMetrics: SelfMetrics { get }

  /// Exports all items that ended before the call, in batches of the usual size, then flushes the exporter. Returns when
  /// all of this is settled or `limit` has passed. After a shutdown the call returns at once.
  ///
  /// Items that are not settled in time are still exported later. The call returns in time even if an exporter blocks
  /// the telemetry thread.
  func forceFlush(within limit: Duration) async -> FlushReport

  /// Ends the processor and its exporter: takes no more items and exports all remaining items, also if a caller waits for
  /// room (``OverflowPolicy/block(upTo:)``), with the exporter's retries, all within `limit`. The items that are left
  /// then count as dropped (``DropReason/shutdown``). The report has the final ledger.
  ///
  /// A second call waits for the first, and shortens the wait if its own limit ends earlier. The call returns in time
  /// even if an exporter blocks the telemetry thread; the exporter's `shutdown` is called once the thread is free.
  func shutdown(within limit: Duration) async -> FlushReport

  /// ``forceFlush(within:)`` for synchronous code. Stops the program on a telemetry thread, which would wait for itself.
  @available(*, noasync, message: "it blocks the thread: use forceFlush(within:)")
  func forceFlushBlocking(within limit: Duration) -> FlushReport

  /// ``shutdown(within:)`` for synchronous code. Stops the program on a telemetry thread, which would wait for itself.
  @available(*, noasync, message: "it blocks the thread: use shutdown(within:)")
  func shutdownBlocking(within limit: Duration) -> FlushReport
}
