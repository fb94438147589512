internal import Synchronization

/// Writes items as readable text to a file descriptor: for debugging and learning, not for production. The format may
/// change at any time; use `OTLPFileExporter` of the library `OTLPFile`
/// for output that a program reads (RULES 3.5.1).
///
/// Writes happen on a blocking thread of the runtime. If the reader stops reading, only the export waits, and fails at
/// its deadline. Use a ``SimpleProcessor`` with this exporter (RULES 3.5).
public final class ConsoleExporter<Item: BatchItem>: Exporter {
  private let descriptor: Int32
  private let runtime: TelemetryRuntime
  private let ended = Atomic<Bool>(false)

  /// Makes an exporter.
  /// - Parameters:
  ///   - descriptor: The file descriptor to write to; default standard output. The exporter doesn't close it.
  ///   - runtime: The runtime that provides the blocking thread.
  public init(descriptor: Int32 = 1, runtime: TelemetryRuntime = .shared) {
    self.descriptor = descriptor
    self.runtime = runtime
  }

  /// Writes the batch. After shutdown the outcome is a failure.
  public func export(_ batch: Batch<Item>, deadline: Deadline) async -> ExportOutcome {
    guard !ended.load(ordering: .relaxed) else {
      return .failure(ExportMessage(description: "the exporter was shut down"))
    }
    let descriptor = descriptor
    let remaining = deadline.remaining
    do {
      try await runtime.block { () throws(SystemError) in
        var text = ""
        for item in batch { (item as? any ReadableItem)?.appendText(to: &text) }
        try DescriptorWriter.write(text, to: descriptor, by: Deadline(.system + remaining))
      }
      return .success
    } catch {
      return .failure(error)
    }
  }

  /// Makes later exports fail.
  public func shutdown(deadline: Deadline) async { ended.store(true, ordering: .relaxed) }
}

/// A console exporter of spans.
public typealias ConsoleSpanExporter = ConsoleExporter<SpanData>

/// A console exporter of log records.
public typealias ConsoleLogRecordExporter = ConsoleExporter<LogRecord>

/// A console exporter of metrics.
public typealias ConsoleMetricExporter = ConsoleExporter<Metric>
