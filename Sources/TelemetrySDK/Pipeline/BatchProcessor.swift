/// Collects ended items and exports them in batches, on a telemetry thread. Thread-safe.
///
/// An export begins when `maxExportBatchSize` items or `maxExportBatchBytes` (or half of `maxQueueBytes`) are queued,
/// when the first item has waited for `scheduleDelay`, when an item finds no room, and for a flush or shutdown. At most
/// ``Exporter/maxConcurrentExports`` exports run at once. An export that doesn't end shortly after the deadline (the end
/// of the export timeout or of a shutdown) is cancelled, then given up with a warning: the items count as dropped
/// (``DropReason/timeout``), and the outcome is ignored. This package's exporters apply the export timeout themselves,
/// since the timeout stands still during an outage: then one batch waits in the exporter, and all other items in the
/// queue.
///
/// End a processor with ``ItemProcessor/shutdown(within:)``; the report accounts for every item. A processor that is released without
/// shutdown delivers its items in the background, within the shorter of `exportTimeout` and 30 s, and then ends.
public final class BatchProcessor<Item: BatchItem>: DrivenProcessor {
  let driver: BatchDriver<Item>

  /// Makes a processor and starts the runtime's threads if they don't run.
  ///
  /// The processor runs on the exporter's event loop, if that loop belongs to `runtime`.
  /// - Throws: A `ConfigurationError` for a value out of range, a `SystemError` if no thread can be started.
  public init(
    exporter: some Exporter<Item>, configuration: BatchConfiguration = .init(signal: Item.signal),
    runtime: TelemetryRuntime = .shared,
    diagnostics: Diagnostics = .standardError
  ) throws {
    let configuration = configuration.resolved(for: Item.signal)
    try configuration.validate()
    driver = try BatchDriver(
      exporter: exporter, configuration: configuration, kind: .batching, runtime: runtime, diagnostics: diagnostics)
  }

  /// For a simulation: the processor runs on `loop`, which the caller runs.
  package init(
    exporter: some Exporter<Item>, configuration: BatchConfiguration = .init(signal: Item.signal), loop: TelemetryLoop,
    diagnostics: Diagnostics = .standardError
  ) throws(ConfigurationError) {
    let configuration = configuration.resolved(for: Item.signal)
    try configuration.validate()
    driver = BatchDriver(
      exporter: exporter, configuration: configuration, kind: .batching, loop: loop, diagnostics: diagnostics)
  }

  deinit { driver.shutDownInBackground() }

  /// Takes an ended item, from any thread. Never waits, except by ``OverflowPolicy/block(upTo:)``.
  @specialized(where Item == SpanData)
  @specialized(where Item == LogRecord)
  public func onEnd(_ item: Item) { driver.onEnd(item) }

  /// The bytes held now: of items in the queue and in exports; of the queue's and the exporter's idle buffers; and of messages that were given up and that a stuck connection still refers to.
  /// Only the latter can exceed `maxQueueBytes`, and then no item is accepted.
  public var bytesHeld: Int { driver.budget.used }

  /// The bytes of the items in the queue and in exports, without what can be freed when they need it.
  package var itemBytes: Int { driver.budget.used - driver.budget.reserve }

  /// A copy of the state machine, for tests.
  var machine: BatchStateMachine { driver.withState { $0.machine } }
}

/// A batch processor of spans.
public typealias BatchSpanProcessor = BatchProcessor<SpanData>

/// A batch processor of log records.
public typealias BatchLogRecordProcessor = BatchProcessor<LogRecord>
