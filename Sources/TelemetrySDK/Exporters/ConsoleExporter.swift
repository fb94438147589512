internal import Synchronization

/// Writes spans as text for a person, to a file descriptor: for debugging and learning, not for production. The format
/// may change at any time; for output that a program reads, use OTLP JSON.
///
/// It writes on a blocking thread of the runtime, so a reader that stops holds up nothing but the export, which then
/// fails at its deadline. Best behind a ``SimpleProcessor`` (RULES 3.5).
public final class ConsoleExporter: SpanExporter {
  private let descriptor: Int32
  private let runtime: TelemetryRuntime
  private let ended = Atomic<Bool>(false)

  /// Makes an exporter that writes to `descriptor`, which stays open; default: standard output.
  public init(descriptor: Int32 = 1, runtime: TelemetryRuntime = .shared) {
    self.descriptor = descriptor
    self.runtime = runtime
  }

  /// Writes the batch; a failure after shutdown.
  public func export(_ batch: [SpanData], deadline: Deadline) async -> ExportOutcome {
    guard !ended.load(ordering: .relaxed) else {
      return .failure(ExportMessage(description: "the exporter was shut down"))
    }
    let descriptor = descriptor
    let remaining = deadline.remaining
    do {
      try await runtime.block { () throws(SystemError) in
        var text = ""
        for span in batch { SpanText.append(span, to: &text) }
        try DescriptorWriter.write(text, to: descriptor, by: Deadline(.system + remaining))
      }
      return .success
    } catch {
      return .failure(error)
    }
  }

  /// Later batches are failures.
  public func shutdown(deadline: Deadline) async { ended.store(true, ordering: .relaxed) }
}
