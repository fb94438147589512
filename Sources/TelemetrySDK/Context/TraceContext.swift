/// The context of the code that runs: the active span's identity and the baggage. Immutable behind value semantics.
///
/// ``current`` is bound to the task, so child tasks inherit the context; threads that aren't tasks can bind a context
/// too. A context is a single reference, and binding allocates nothing.
public struct TraceContext: Sendable {
  /// The context of the running task; empty if none is bound.
  @TaskLocal public static var current = TraceContext()

  /// The contents; a span's record can be a subclass, so that binding a span needs no allocation.
  package class Storage: @unchecked Sendable {
    // SAFETY: the properties are constants; a subclass guards its own.
    package let spanContext: SpanContext
    package let baggage: Baggage
    package let isRecordingSuppressed: Bool
    /// B3's and Jaeger's debug flag, which travels on in their headers.
    package let isDebug: Bool

    package init(
      spanContext: SpanContext, baggage: Baggage, isRecordingSuppressed: Bool = false, isDebug: Bool = false
    ) {
      self.spanContext = spanContext
      self.baggage = baggage
      self.isRecordingSuppressed = isRecordingSuppressed
      self.isDebug = isDebug
    }
  }

  /// nil for the empty context.
  package private(set) var storage: Storage?

  /// The empty context: no span, no baggage.
  public init() {}

  /// Makes a context.
  /// - Parameters:
  ///   - spanContext: The active span's identity; invalid for none.
  ///   - baggage: The baggage; empty by default.
  public init(_ spanContext: SpanContext, baggage: Baggage = Baggage()) {
    storage = Storage(spanContext: spanContext, baggage: baggage)
  }

  package init(_ storage: Storage?) { self.storage = storage }

  /// The active span's identity; invalid for none.
  public var spanContext: SpanContext {
    get { storage?.spanContext ?? .invalid }
    set { update(spanContext: newValue) }
  }

  /// The baggage.
  public var baggage: Baggage {
    get { storage?.baggage ?? Baggage() }
    set { update(baggage: newValue) }
  }

  /// True if spans that start in this context record nothing; false by default. See ``withRecordingSuppressed(_:)``.
  public var isRecordingSuppressed: Bool {
    get { storage?.isRecordingSuppressed ?? false }
    set { update(isRecordingSuppressed: newValue) }
  }

  package var isDebug: Bool {
    get { storage?.isDebug ?? false }
    set { update(isDebug: newValue) }
  }

  private mutating func update(
    spanContext: SpanContext? = nil, baggage: Baggage? = nil, isRecordingSuppressed: Bool? = nil, isDebug: Bool? = nil
  ) {
    storage = Storage(
      spanContext: spanContext ?? self.spanContext, baggage: baggage ?? self.baggage,
      isRecordingSuppressed: isRecordingSuppressed ?? self.isRecordingSuppressed, isDebug: isDebug ?? self.isDebug)
  }

  /// Calls `body` with this as the ``current`` context.
  public func makeCurrent<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self, operation: body)
  }

  /// Calls `body` with this as the ``current`` context, also in child tasks.
  public nonisolated(nonsending) func makeCurrent<Result>(
    _ body: nonisolated(nonsending) () async throws -> Result
  ) async rethrows -> Result {
    try await Self.$current.withValue(self, operation: body)
  }
}
