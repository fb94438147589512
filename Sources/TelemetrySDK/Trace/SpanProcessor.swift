/// Sees the spans of a provider start and end; the batch and simple processors export them.
///
/// All methods are called on the threads that start and end spans, on several at once, in the order in which the provider has the
/// processors. They must not block. Spans that aren't recorded are never seen.
/// Specification: trace SDK, span processor (RULES 4.6).
public protocol SpanProcessor: Sendable {
  /// A span has started and may be changed. Default: nothing.
  /// - Parameters:
  ///   - span: The span.
  ///   - parent: The context that it was started in.
  func onStart(_ span: RecordingSpan, parent: TraceContext)

  /// A span is about to end: its end time is set, and it may still be changed. Only called if ``needsOnEnding`` is true.
  /// Default: nothing.
  func onEnding(_ span: RecordingSpan)

  /// True if the provider must call ``onEnding(_:)``; default false. Read once, when the provider is made.
  var needsOnEnding: Bool { get }

  /// A span has ended and doesn't change any more.
  func onEnd(_ span: RecordingSpan)

  /// Delivers what ended before the call, within `limit`. A provider cancels the call after that,
  /// and waits no longer; likewise of a shutdown.
  func forceFlush(within limit: Duration) async -> FlushReport

  /// Ends the processor, within `limit`; spans that end later are ignored or counted.
  func shutdown(within limit: Duration) async -> FlushReport
}

extension SpanProcessor {
  /// Nothing.
  public func onStart(_ span: RecordingSpan, parent: TraceContext) {}
  /// Nothing.
  public func onEnding(_ span: RecordingSpan) {}
  /// False.
  public var needsOnEnding: Bool { false }
  /// Nothing is held.
  public func forceFlush(within limit: Duration) async -> FlushReport { .empty }
  /// Nothing is held.
  public func shutdown(within limit: Duration) async -> FlushReport { .empty }
}
