/// Collects metrics from its producers at an interval and exports them, on a telemetry thread. Thread-safe.
///
/// A collection calls all producers at once. Its metrics are exported in order, in batches of at most `maxExportBatchSize` data
/// points and `maxExportBatchBytes`, which never hold metrics of another collection. Exports never overlap (RULES 4.15.1,
/// 4.15.2). During an outage the collections wait in the queue, as spans do in a ``BatchProcessor``; when they
/// reach `maxQueueBytes`, the oldest metrics are dropped.
///
/// Ledger and reports count data points. End a reader with ``shutdown(within:)``, which collects a last time; the report accounts
/// for every data point. A reader that is released without shutdown does the same in the background, within the shorter of
/// `exportTimeout` and 30 s. A forked child's reader begins anew, with the same producers.
public final class PeriodicMetricReader: Sendable {
  let driver: BatchDriver<Metric>

  /// Makes a reader and starts the runtime's threads if they don't run. The first collection begins after the interval.
  ///
  /// The reader runs on the exporter's event loop, if that loop belongs to `runtime`.
  /// - Parameters:
  ///   - exporter: Receives the collections.
  ///   - producers: The sources of metrics; each belongs to this reader alone.
  ///   - resource: The resource that the producers give their metrics; default none.
  ///   - configuration: The interval, the bounds and the temporality.
  ///   - runtime: The threads that the reader runs on.
  ///   - diagnostics: Receives what the reader has to report.
  /// - Throws: A `ConfigurationError` for a value out of range, a `SystemError` if no thread can be started.
  public init(
    exporter: some MetricExporter, producers: [any MetricProducer], resource: Resource = .empty,
    configuration: Configuration = .init(), runtime: TelemetryRuntime = .shared,
    diagnostics: Diagnostics = .standardError
  ) throws {
    try configuration.validate()
    let lease = try runtime.acquire(preferring: (exporter as? any LoopExporter)?.loop)
    driver = BatchDriver(
      exporter: exporter, configuration: configuration.batches, kind: .periodic, loop: lease.loop, lease: lease,
      diagnostics: diagnostics, source: Self.source(producers, resource, configuration))
  }

  /// For a simulation: the reader runs on `loop`, which the caller runs.
  package init(
    exporter: some MetricExporter, producers: [any MetricProducer], resource: Resource = .empty,
    configuration: Configuration = .init(), loop: TelemetryLoop, diagnostics: Diagnostics = .standardError
  ) throws(ConfigurationError) {
    try configuration.validate()
    driver = BatchDriver(
      exporter: exporter, configuration: configuration.batches, kind: .periodic, loop: loop,
      diagnostics: diagnostics, source: Self.source(producers, resource, configuration))
  }

  deinit { driver.shutDownInBackground() }

  private static func source(
    _ producers: [any MetricProducer], _ resource: Resource, _ configuration: Configuration
  ) -> MetricSource {
    MetricSource(
      producers: producers, resource: resource, temporality: configuration.temporality,
      interval: configuration.interval, timeout: configuration.exportTimeout)
  }

  /// Accounts for every collected data point at this moment.
  public var ledger: Ledger { driver.ledger }

  /// The reader's metrics of itself at this moment.
  ///
  /// `otel.sdk.metric_reader.collection.duration`: the collections, with `error.type` those with a producer that failed or was
  /// late. Beyond the conventions, `swift_otlp.metric_reader.queue.size` and `.processed`: the data points that wait, and those
  /// that were handed to the exporter or dropped before; `.memory.usage` and `.limit`: the bytes held, and
  /// `maxQueueBytes` (RULES 4.13).
  public var selfMetrics: SelfMetrics { driver.selfMetrics }

  /// The bytes held now: of metrics that wait and in exports, and of idle buffers.
  public var bytesHeld: Int { driver.budget.used }

  /// Collects, exports the collection and all earlier ones, then flushes the exporter, also if `limit` has passed before (RULES
  /// 4.15.2). Returns when all of this is settled or `limit` has passed. After a shutdown the call returns at once.
  ///
  /// The collection gets half of `limit`. Metrics that are not settled in time are still exported later.
  public func forceFlush(within limit: Duration) async -> FlushReport { await driver.ask(.flush, limit).value }

  /// Collects a last time, exports everything, with the exporter's retries, and ends the exporter, all within `limit`. The data
  /// points that are left then count as dropped (``DropReason/shutdown``). The report has the final ledger.
  ///
  /// The collection gets half of `limit`. A second call waits for the first, and shortens the wait if its own limit ends earlier.
  public func shutdown(within limit: Duration) async -> FlushReport { await driver.ask(.shutdown, limit).value }

  /// ``forceFlush(within:)`` for synchronous code. Stops the program on a telemetry thread, which would wait for itself.
  @available(*, noasync, message: "it blocks the thread: use forceFlush(within:)")
  public func forceFlushBlocking(within limit: Duration) -> FlushReport { driver.begin(.flush, limit)() }

  /// ``shutdown(within:)`` for synchronous code. Stops the program on a telemetry thread, which would wait for itself.
  @available(*, noasync, message: "it blocks the thread: use shutdown(within:)")
  public func shutdownBlocking(within limit: Duration) -> FlushReport { driver.begin(.shutdown, limit)() }
}
