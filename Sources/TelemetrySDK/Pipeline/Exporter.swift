/// Sends batches of items somewhere: the one thing that a user implements to send telemetry to a place of their own.
///
/// A processor calls it on a telemetry thread, never twice at once unless ``maxConcurrentExports`` says that it may, or
/// a call before has hung; `forceFlush` and `shutdown` may come at any moment. Code that blocks, also in a cancellation
/// handler, belongs on `TelemetryRuntime.block(_:)`.
/// Specification: trace SDK, span exporter (RULES 4.8).
public protocol Exporter<Item>: Sendable {
  /// What is exported.
  associatedtype Item: Sendable

  /// How many calls of `export` may run at once; default 1. It is asked again after each export, so it may change: items
  /// that there is no place for stay in the queue. Less than 1 counts as 1, more than 1024 as 1024.
  var maxConcurrentExports: Int { get }

  /// Delivers `batch`, which is never empty, or gives up by `deadline`, and says what became of it.
  ///
  /// A call that hasn't returned shortly after the deadline is cancelled, then given up with a warning: its items count
  /// as lost, their bytes until it returns. Its place is given to others, for 4 calls that hang at most; with more, the
  /// queue waits until one returns.
  ///
  /// The batch is handed over: an exporter that has turned it into bytes may let go of the items while it waits. Whoever
  /// doesn't care writes `_ batch: [Item]`.
  func export(_ batch: consuming [Item], deadline: Deadline) async -> ExportOutcome

  /// Delivers what the exporter itself still holds; false if that wasn't done by `deadline`. Default: true.
  func forceFlush(deadline: Deadline) async -> Bool

  /// Ends the exporter by `deadline`; later batches are failures. Default: nothing.
  func shutdown(deadline: Deadline) async
}

extension Exporter {
  /// One call at a time.
  public var maxConcurrentExports: Int { 1 }
  /// Holds nothing, so there is nothing to deliver.
  public func forceFlush(deadline: Deadline) async -> Bool { true }
  /// Has nothing to end.
  public func shutdown(deadline: Deadline) async {}
}

/// An exporter of spans.
public typealias SpanExporter = Exporter<SpanData>
