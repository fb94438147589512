internal import TelemetryCore

/// Keeps what is exported, for tests. Thread-safe.
public final class InMemoryExporter<Item: Sendable>: Exporter {
  private struct State {
    var items: [Item] = []
    var ended = false
  }

  private let capacity: Int
  private let state = ForkSafe(State())

  /// Makes an exporter that keeps the last `capacity` items; default: all. With 0 or less it keeps none.
  public init(capacity: Int = .max) {
    self.capacity = max(0, capacity)
  }

  /// What is kept, in the order of export.
  public var items: [Item] { state.withLock { $0.items } }

  /// Forgets what was kept.
  public func reset() { state.withLock { $0.items = [] } }

  /// Keeps the batch; a failure after shutdown.
  public func export(_ batch: [Item], deadline: Deadline) async -> ExportOutcome {
    state.withLock { state in
      guard !state.ended else { return .failure(ExportMessage(description: "the exporter was shut down")) }
      state.items += batch
      if state.items.count > capacity { state.items.removeFirst(state.items.count - capacity) }
      return .success
    }
  }

  /// Later batches are refused; what was kept can still be read.
  public func shutdown(deadline: Deadline) async { state.withLock { $0.ended = true } }
}

/// Keeps exported spans.
public typealias InMemorySpanExporter = InMemoryExporter<SpanData>
