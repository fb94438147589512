/// Exports each item as soon as it ends, one at a time, on a telemetry thread: for debugging, and for exporters that
/// don't leave the process. Thread-safe.
///
/// Up to 2048 items wait while the exporter is busy; further items are dropped and counted. Otherwise the processor
/// behaves like a ``BatchProcessor``.
public final class SimpleProcessor<Item: BatchItem>: DrivenProcessor {
  let driver: BatchDriver<Item>

  private static var configuration: BatchConfiguration {
    var configuration = BatchConfiguration()
    configuration.maxExportBatchSize = 1
    configuration.scheduleDelay = .zero
    return configuration
  }

  /// Makes a processor and starts the runtime's threads if they don't run.
  /// - Throws: A `SystemError` if no thread can be started.
  public init(
    exporter: some Exporter<Item>, runtime: TelemetryRuntime = .shared, diagnostics: Diagnostics = .standardError
  ) throws {
    driver = try BatchDriver(
      exporter: exporter, configuration: Self.configuration, kind: .simple, runtime: runtime, diagnostics: diagnostics)
  }

  /// For a simulation: the processor runs on `loop`, which the caller runs.
  package init(exporter: some Exporter<Item>, loop: TelemetryLoop, diagnostics: Diagnostics = .standardError) {
    driver = BatchDriver(
      exporter: exporter, configuration: Self.configuration, kind: .simple, loop: loop, diagnostics: diagnostics)
  }

  deinit { driver.shutDownInBackground() }

  /// Takes an ended item, from any thread. Never waits.
  @specialized(where Item == SpanData)
  @specialized(where Item == LogRecord)
  public func onEnd(_ item: Item) { driver.onEnd(item) }
}

/// A simple processor of spans.
public typealias SimpleSpanProcessor = SimpleProcessor<SpanData>

/// A simple processor of log records.
public typealias SimpleLogRecordProcessor = SimpleProcessor<LogRecord>
