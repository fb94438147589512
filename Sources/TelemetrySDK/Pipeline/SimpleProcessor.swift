/// Hands each item to the exporter as soon as it ends, one after the other.
public final class SimpleProcessor<Item: BatchItem>: Sendable {
  /// Makes a processor and starts the runtime's threads if they don't run.
  public init(
    exporter: some Exporter<Item>, runtime: Runtime = .shared, diagnostics: Diagnostics = .standardError
  ) throws {
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

/// A simple processor of spans.
public typealias SimpleSpanProcessor = SimpleProcessor<SpanData>
