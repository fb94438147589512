internal import TelemetryCore

/// Keeps exported items in memory, for tests. Thread-safe.
public final class InMemoryExporter<Item: BatchItem>: Exporter {
  private struct State {
    var items: [Item] = []
    var ended = false
  }

  private let capacity: Int
  private let state = ForkSafe(State())

  /// Makes an exporter.
  /// - Parameter capacity: How many of the latest items are kept; default all. 0 or less keeps none.
  public init(capacity: Int = .max) { self.capacity = max(0, capacity) }

  /// The kept items, in the order of export.
  public var items: [Item] { state.withLock { $0.items } }

  /// Removes all kept items.
  public func reset() { state.withLock { $0.items = [] } }

  /// Keeps the batch. After shutdown the outcome is a failure.
  public func export(_ batch: Batch<Item>, deadline: Deadline) async -> ExportOutcome {
    state.withLock { state in
      guard !state.ended else { return .failure(ExportMessage(description: "the exporter was shut down")) }
      state.items += batch
      if state.items.count > capacity { state.items.removeFirst(state.items.count - capacity) }
      return .success
    }
  }

  /// Makes later exports fail. The kept items can still be read.
  public func shutdown(deadline: Deadline) async { state.withLock { $0.ended = true } }
}

/// An in-memory exporter of spans.
public typealias InMemorySpanExporter = InMemoryExporter<SpanData>

/// An in-memory exporter of log records.
public typealias InMemoryLogRecordExporter = InMemoryExporter<LogRecord>

/// An in-memory exporter of metrics.
public typealias InMemoryMetricExporter = InMemoryExporter<Metric>
