/// Collects ended items and hands them in batches to an exporter, on a telemetry thread. Thread-safe.
public final class BatchProcessor<Item: BatchItem>: Sendable {
  /// Makes a processor and starts the runtime's threads if they don't run.
  public init(
    exporter: some Exporter<Item>, configuration: BatchConfiguration = .init(), runtime: Runtime = .shared,
    diagnostics: Diagnostics = .standardError
  ) throws {
    fatalError("not built yet")
  }

  /// For a simulation: lives on `loop`, which the caller runs.
  package init(
    exporter: some Exporter<Item>, configuration: BatchConfiguration = .init(), loop: EventLoop,
    diagnostics: Diagnostics = .standardError
  ) throws(ConfigurationError) {
    fatalError("not built yet")
  }

  /// Takes an ended item.
  public func onEnd(_ item: consuming Item) { fatalError("not built yet") }

  /// Where every item is now.
  public var ledger: Ledger { fatalError("not built yet") }

  /// Has everything exported that was handed in before the call.
  public func forceFlush(within limit: Duration) async -> FlushReport { fatalError("not built yet") }

  /// Ends the processor and its exporter.
  public func shutdown(within limit: Duration) async -> FlushReport { fatalError("not built yet") }

  /// ``forceFlush(within:)`` for a thread that can wait.
  public func forceFlushBlocking(within limit: Duration) -> FlushReport { fatalError("not built yet") }

  /// ``shutdown(within:)`` for a thread that can wait.
  public func shutdownBlocking(within limit: Duration) -> FlushReport { fatalError("not built yet") }
}

/// A batch processor of spans.
public typealias BatchSpanProcessor = BatchProcessor<SpanData>
