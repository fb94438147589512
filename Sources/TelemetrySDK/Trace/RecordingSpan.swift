/// A span that was started. Copies are the same span; any thread may use it.
///
/// A span that isn't recorded (``isRecording`` is false) ignores what is set, and allocates nothing. After ``end(at:)`` all
/// settings are ignored; reading still works. A span that is never ended isn't exported; its provider counts it as abandoned.
/// Specification: trace API, span (RULES 4.2).
@frozen
@safe
public struct RecordingSpan: @unchecked Sendable {
  // SAFETY (Sendable): a record guards what changes in it.
  /// The span's identity.
  public let context: SpanContext
  /// The record, if the span is recorded.
  @usableFromInline let record: SpanRecord?
  /// Keeps the record's block alive, as the context of the span alone; empty without a record.
  @usableFromInline let own: TraceContext

  /// A recorded span.
  @inline(__always)
  init(_ context: SpanContext, _ storage: consuming AnyObject) {
    self.context = context.copy
    record = SpanRecord(copy storage)
    own = TraceContext(storage)
  }

  /// A span that records nothing and carries `context` on: for a context without an SDK behind it (RULES 4.2.13).
  public init(_ context: SpanContext) {
    self.context = context
    record = nil
    own = TraceContext()
  }

  /// True if settings have an effect: the span is recorded and hasn't ended.
  public var isRecording: Bool { record?.isRecording ?? false }

  /// Ends the span: its processors receive it. The first call counts; it never blocks.
  /// - Parameter unixNano: The end in nanoseconds since 1970; nil, the default, for now. A time before the start is exported
  ///   as it is.
  public func end(at unixNano: UInt64? = nil) {
    guard let record else { return }
    record.withSource { $0.provider.end(self, record, unixNano) }
  }
}

extension RecordingSpan: Hashable {
  /// True if both are the same span.
  public static func == (left: RecordingSpan, right: RecordingSpan) -> Bool {
    left.context == right.context
  }

  /// Hashes the ids.
  public func hash(into hasher: inout Hasher) { hasher.combine(context.spanID) }
}
