/// Writes spans as text for a person, to a file descriptor: for debugging and learning, not for production; the format
/// may change at any time.
public final class ConsoleExporter: SpanExporter {
  /// Makes an exporter that writes to `descriptor`; default: standard output.
  public init(descriptor: Int32 = 1, runtime: Runtime = .shared) {}

  /// Writes the batch.
  public func export(_ batch: [SpanData], deadline: Deadline) async -> ExportOutcome { fatalError("not built yet") }
}
