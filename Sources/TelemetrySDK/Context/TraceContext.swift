/// The context of the code that runs: the active span's identity and the baggage. Immutable behind value semantics.
///
/// A context is bound to the task, so child tasks inherit the context; threads that aren't tasks can bind a context
/// too. A context is a single reference, and binding allocates nothing.
public struct TraceContext: Sendable {
  /// The context of the running task: the one that ``makeCurrent(_:)`` bound, or the one of a span of
  /// swift-distributed-tracing (product `TelemetryTracing`) if that started within; empty if there is none.
  public static var current: TraceContext { ContextBridge.current(bound) }

  /// The context that ``makeCurrent(_:)`` bound to the running task; empty if none is bound.
  @TaskLocal package static var bound = TraceContext()

  /// A context without a recorded span.
  final class Values: Sendable {
    let spanContext: SpanContext
    let baggage: Baggage
    let isRecordingSuppressed: Bool
    /// B3's and Jaeger's debug flag, which travels on in their headers.
    let isDebug: Bool

    init(spanContext: SpanContext, baggage: Baggage, isRecordingSuppressed: Bool = false, isDebug: Bool = false) {
      self.spanContext = spanContext
      self.baggage = baggage
      self.isRecordingSuppressed = isRecordingSuppressed
      self.isDebug = isDebug
    }
  }

  /// One reference in any case, so that binding a recorded span needs no allocation.
  // SAFETY: `span` holds the block of a record, which guards what changes in it.
  @safe
  private enum Content: @unchecked Sendable {
    case empty
    case values(Values)
    case span(AnyObject)
  }

  private var content = Content.empty

  /// The empty context: no span, no baggage.
  public init() {}

  /// Makes a context.
  /// - Parameters:
  ///   - spanContext: The active span's identity; invalid for none.
  ///   - baggage: The baggage; empty by default.
  public init(_ spanContext: SpanContext, baggage: Baggage = Baggage()) {
    content = .values(Values(spanContext: spanContext, baggage: baggage))
  }

  /// Makes the context in which a span's children start.
  /// - Parameters:
  ///   - span: The active span.
  ///   - context: The context with the baggage and the rest; the span's own if it is recorded.
  public init(_ span: RecordingSpan, in context: TraceContext = .current) {
    if let storage = span.storage {
      content = .span(storage)
    } else {
      self = context
      spanContext = span.context
    }
  }

  /// True for a context without span and baggage.
  package var isEmpty: Bool { if case .empty = content { true } else { false } }

  /// True if both are copies of the same context. Contexts with equal parts may differ.
  package func isIdentical(to other: TraceContext) -> Bool {
    switch (content, other.content) {
    case (.empty, .empty): true
    case (.values(let left), .values(let right)): left === right
    case (.span(let left), .span(let right)): left === right
    default: false
    }
  }

  /// The clock of the trace, if the active span is recorded in this process.
  var clock: TraceClock? { if case .span(let span) = content { SpanRecord(span).clock } else { nil } }

  /// The active span's identity; invalid for none.
  public var spanContext: SpanContext {
    get {
      switch content {
      case .empty: .invalid
      case .values(let values): values.spanContext
      case .span(let span): SpanRecord(span).context
      }
    }
    set { update(spanContext: newValue) }
  }

  /// The baggage.
  public var baggage: Baggage {
    get {
      switch content {
      case .empty: Baggage()
      case .values(let values): values.baggage
      case .span(let span): SpanRecord(span).baggage
      }
    }
    set { update(baggage: newValue) }
  }

  /// True if spans that start in this context record nothing; false by default. See ``withRecordingSuppressed(_:)``.
  public var isRecordingSuppressed: Bool {
    get { if case .values(let values) = content { values.isRecordingSuppressed } else { false } }
    set { update(isRecordingSuppressed: newValue) }
  }

  package var isDebug: Bool {
    get {
      switch content {
      case .empty: false
      case .values(let values): values.isDebug
      case .span(let span): SpanRecord(span).isDebug
      }
    }
    set { update(isDebug: newValue) }
  }

  private mutating func update(
    spanContext: SpanContext? = nil, baggage: Baggage? = nil, isRecordingSuppressed: Bool? = nil, isDebug: Bool? = nil
  ) {
    content = .values(
      Values(
        spanContext: spanContext ?? self.spanContext, baggage: baggage ?? self.baggage,
        isRecordingSuppressed: isRecordingSuppressed ?? self.isRecordingSuppressed, isDebug: isDebug ?? self.isDebug))
  }

  /// Calls `body` with this as the ``current`` context.
  public func makeCurrent<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$bound.withValue(self, operation: body)
  }

  /// Calls `body` with this as the ``current`` context, also in child tasks.
  public nonisolated(nonsending) func makeCurrent<Result>(
    _ body: nonisolated(nonsending) () async throws -> Result
  ) async rethrows -> Result {
    try await Self.$bound.withValue(self, operation: body)
  }
}
