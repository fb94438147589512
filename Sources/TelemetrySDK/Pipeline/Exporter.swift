/// Sends batches of items to a back end. Implement this protocol to export telemetry to a destination of your own.
///
/// A processor calls `export` on a telemetry thread, one call at a time unless ``maxConcurrentExports`` permits more or an
/// earlier call hangs. `forceFlush` and `shutdown` may be called at any time. Run blocking code, also in cancellation
/// handlers, with `TelemetryRuntime.block(_:)` (RULES 4.8: span exporter).
public protocol Exporter<Item>: Sendable {
  /// The exported items.
  associatedtype Item: BatchItem

  /// The maximum number of concurrent calls of `export`; 1 to 1024 (other values count as the nearest), default 1.
  ///
  /// The processor reads the value again after each export, so it may change. Items that find no free slot stay in the
  /// queue.
  var maxConcurrentExports: Int { get }

  /// Delivers `batch`, which is never empty, or gives up by `deadline`.
  ///
  /// A call that hasn't returned shortly after the deadline is cancelled, then given up with a warning: the items count
  /// as lost, and their bytes count against the byte bound until the call returns. Up to 4 such calls free their slots
  /// for other exports; if more calls hang, the queue waits until a call returns.
  ///
  /// The batch is consumed, so that an exporter can free its memory before the call returns. An implementation without
  /// need for that declares `_ batch: Batch<Item>`.
  /// - Returns: How many items were delivered, rejected and dropped.
  func export(_ batch: consuming Batch<Item>, deadline: Deadline) async -> ExportOutcome

  /// Delivers all items that the exporter still holds. Default: does nothing and returns true.
  /// - Returns: False if items are left at `deadline`.
  func forceFlush(deadline: Deadline) async -> Bool

  /// Ends the exporter by `deadline`; later exports fail. Default: does nothing.
  func shutdown(deadline: Deadline) async
}

extension Exporter {
  /// 1: calls never overlap.
  public var maxConcurrentExports: Int { 1 }
  /// Does nothing and returns true.
  public func forceFlush(deadline: Deadline) async -> Bool { true }
  /// Does nothing.
  public func shutdown(deadline: Deadline) async {}
}

/// An exporter of spans.
public typealias SpanExporter = Exporter<SpanData>

/// An exporter of log records.
public typealias LogRecordExporter = Exporter<LogRecord>

/// An exporter of metrics.
public typealias MetricExporter = Exporter<Metric>
