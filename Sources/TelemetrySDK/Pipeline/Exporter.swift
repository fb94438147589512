/// Sends batches of items somewhere: the one thing that a user implements to send telemetry to a place of their own.
///
/// A processor calls it on a telemetry thread, never twice at once unless ``maxConcurrentExports`` says that it may;
/// `forceFlush` and `shutdown` may come at any moment. Code that blocks belongs on `TelemetryRuntime.block(_:)`.
/// Specification: trace SDK, span exporter (requirements 4.8).
public protocol Exporter<Item>: Sendable {
  /// What is exported.
  associatedtype Item: Sendable

  /// How many calls of `export` may run at once; default 1. It is asked again after each export, so it may change: items
  /// that there is no place for stay in the queue.
  var maxConcurrentExports: Int { get }

  /// The event loop that the exporter lives on, so that its processor can live there too; default nil.
  var eventLoop: TelemetryLoop? { get }

  /// How long one attempt of an export may take, if the exporter makes several; a processor whose export timeout is
  /// shorter says so at start. Default nil.
  var attemptTimeout: Duration? { get }

  /// The bytes of a processor that will use the exporter, told once, before the first export. What the exporter keeps
  /// between exports, such as buffers in an `ObjectPool`, can be counted in it as a reserve. Default: nothing.
  func share(_ budget: ByteBudget)

  /// Delivers `batch`, which is never empty, or gives up by `deadline`, and says what became of it.
  ///
  /// The batch is handed over: an exporter that has turned it into bytes may let go of the items while it waits. Whoever
  /// doesn't care writes `_ batch: [Item]`.
  func export(_ batch: consuming [Item], deadline: Deadline) async -> ExportOutcome

  /// The processor has begun a flush or a shutdown that ends at `deadline`: what waits for a better moment is to be tried
  /// by then. Exports that run and those that follow are meant. Default: nothing.
  func hurry(deadline: Deadline) async

  /// Delivers what the exporter itself still holds; false if that wasn't done by `deadline`. Default: true.
  func forceFlush(deadline: Deadline) async -> Bool

  /// Ends the exporter by `deadline`; later batches are failures. Default: nothing.
  func shutdown(deadline: Deadline) async
}

extension Exporter {
  /// One call at a time.
  public var maxConcurrentExports: Int { 1 }
  /// No loop of its own.
  public var eventLoop: TelemetryLoop? { nil }
  /// No attempts of a length of their own.
  public var attemptTimeout: Duration? { nil }
  /// Keeps nothing.
  public func share(_ budget: ByteBudget) {}
  /// Waits for nothing.
  public func hurry(deadline: Deadline) async {}
  /// Holds nothing, so there is nothing to deliver.
  public func forceFlush(deadline: Deadline) async -> Bool { true }
  /// Has nothing to end.
  public func shutdown(deadline: Deadline) async {}
}

/// An exporter of spans.
public typealias SpanExporter = Exporter<SpanData>
