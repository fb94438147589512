/// The context of the code that runs: the active span's identity and the baggage. Immutable behind value semantics.
///
/// A context is bound to the task, so child tasks inherit the context; threads that aren't tasks can bind a context
/// too. A context is a single reference, and binding allocates nothing.
@safe
public struct TraceContext: @unchecked Sendable {
  /// The context of the running task: the one that `makeCurrent(_:)` bound, or the one of a span of
  /// swift-distributed-tracing (product `TelemetryTracing`) if that started within; empty if there is none.
  public static var current: TraceContext { ContextBridge.current(bound) }

  /// The context that `makeCurrent(_:)` bound to the running task; empty if none is bound.
  package static var bound: TraceContext { taskLocal.get() }

  // Not the macro's, which inlined code couldn't use.
  @usableFromInline static let taskLocal = TaskLocal(wrappedValue: TraceContext())

  /// The parts of a context that is more than a recorded span.
  // SAFETY: `span` holds the block of a record, which guards what changes in it; the rest is constant.
  @safe
  final class Values: @unchecked Sendable {
    let spanContext: SpanContext
    /// The block of the active span, if that is recorded.
    let span: AnyObject?
    let baggage: Baggage
    let isRecordingSuppressed: Bool
    /// B3's and Jaeger's debug flag, which travels on in their headers.
    let isDebug: Bool
    let entries: [ObjectIdentifier: any Sendable]

    init(
      spanContext: SpanContext, span: AnyObject? = nil, baggage: Baggage, isRecordingSuppressed: Bool = false,
      isDebug: Bool = false, entries: [ObjectIdentifier: any Sendable] = [:]
    ) {
      self.spanContext = spanContext
      self.span = span
      self.baggage = baggage
      self.isRecordingSuppressed = isRecordingSuppressed
      self.isDebug = isDebug
      self.entries = entries
    }
  }

  private enum Content {
    case empty
    case values(Values)
    case span(AnyObject)
  }

  // SAFETY: a block guards what changes in it.
  /// `Values` or the block of a recorded span; nil for the empty context. One reference in any case, so that binding a recorded
  /// span needs no allocation, and the one that a recorded span has, so that its context is a part of it.
  private var object: AnyObject?

  private var content: Content {
    @inline(__always) get {
      guard let object else { return .empty }
      return type(of: object) == Values.self ? .values(unsafe unsafeDowncast(object, to: Values.self)) : .span(object)
    }
  }

  /// The context of a recorded span, from its block.
  @inline(__always)
  init(_ block: AnyObject) { object = block }

  /// The empty context: no span, no baggage.
  public init() {}

  /// Makes a context.
  /// - Parameters:
  ///   - spanContext: The active span's identity; invalid for none.
  ///   - baggage: The baggage; empty by default.
  public init(_ spanContext: SpanContext, baggage: Baggage = Baggage()) {
    object = Values(spanContext: spanContext, baggage: baggage)
  }

  /// Makes the context in which a span's children start.
  /// - Parameters:
  ///   - span: The active span.
  ///   - context: The context with the baggage and the rest. A recorded span has the baggage of the context that it started in,
  ///     which counts if this one has none.
  public init(_ span: RecordingSpan, in context: TraceContext = .current) {
    if span.record == nil {
      self = context
      spanContext = span.context
    } else {
      self = span.own
      if case .values(let values) = context.content { takeOver(values) }
    }
  }

  /// True if it is more than a recorded span: a span that starts in it may have a context that isn't its own alone.
  @usableFromInline var hasValues: Bool {
    @inline(__always) get { if let object { type(of: object) == Values.self } else { false } }
  }

  /// The block of the active span, if that is recorded in this process.
  private var storage: AnyObject? {
    switch content {
    case .empty: nil
    case .values(let values): values.span
    case .span(let span): span
    }
  }

  /// True for a context without span and baggage.
  package var isEmpty: Bool { object == nil }

  /// True if both are copies of the same context. Contexts with equal parts may differ.
  package func isIdentical(to other: TraceContext) -> Bool { object === other.object }

  /// The part of a context that the start of every span reads, which counts no reference.
  struct Parent {
    var traceID: TraceID
    var spanID: SpanID
    var flags: TraceFlags
    var isRemote: Bool
    var hasTraceState: Bool
    var isRecordingSuppressed: Bool

    @inline(__always)
    init(_ context: borrowing SpanContext, isRecordingSuppressed: Bool = false) {
      traceID = context.traceID
      spanID = context.spanID
      flags = context.flags
      isRemote = context.isRemote
      hasTraceState = !context.traceState.isEmpty
      self.isRecordingSuppressed = isRecordingSuppressed
    }

    var isValid: Bool { traceID.isValid && spanID.isValid }
    var isSampled: Bool { flags.contains(.sampled) }

    /// Without one of its ids a context names no span: what starts in it has neither a parent's id nor a remote parent.
    var withBothIDs: Parent {
      guard !isValid else { return self }
      var none = self
      (none.traceID, none.spanID, none.isRemote) = (.invalid, .invalid, false)
      return none
    }
  }

  var parent: Parent {
    @inline(__always) get {
      switch content {
      case .empty: Parent(.invalid)
      case .values(let values):
        Parent(values.spanContext, isRecordingSuppressed: values.isRecordingSuppressed).withBothIDs
      case .span(let span): SpanRecord(span).asParent
      }
    }
  }

  /// The active span's trace state.
  var traceState: TraceState { @inline(never) get { spanContext.traceState } }

  /// The clock of the trace, if the active span is recorded in this process.
  var clock: TraceClock? { storage.map { SpanRecord($0).clock } }

  /// The active span. Without one, or if it isn't recorded in this process, a span that ignores what is set.
  public var span: RecordingSpan {
    if let storage { RecordingSpan(spanContext, storage) } else { RecordingSpan(spanContext) }
  }

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

  /// True if spans that start in this context record nothing; false by default. See `withRecordingSuppressed(_:)`.
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

  /// The value of a program's own key; nil if none is set. Values stay in this process.
  public subscript<Key: TraceContextKey>(key: Key.Type) -> Key.Value? {
    get { entries[ObjectIdentifier(key)] as? Key.Value }
    set {
      var entries = entries
      entries[ObjectIdentifier(key)] = newValue
      update(entries: entries)
    }
  }

  private var entries: [ObjectIdentifier: any Sendable] {
    if case .values(let values) = content { values.entries } else { [:] }
  }

  private mutating func update(
    spanContext: SpanContext? = nil, baggage: Baggage? = nil, isRecordingSuppressed: Bool? = nil, isDebug: Bool? = nil,
    entries: [ObjectIdentifier: any Sendable]? = nil
  ) {
    object = Values(
      spanContext: spanContext ?? self.spanContext, span: spanContext == nil ? storage : nil,
      baggage: baggage ?? self.baggage, isRecordingSuppressed: isRecordingSuppressed ?? self.isRecordingSuppressed,
      isDebug: isDebug ?? self.isDebug, entries: entries ?? self.entries)
  }

  /// Takes over what another context has and this one, of a recorded span alone, hasn't.
  private mutating func takeOver(_ values: Values) {
    if !values.entries.isEmpty { update(entries: values.entries) }
    if !values.baggage.isEmpty, values.baggage != baggage { update(baggage: values.baggage) }
    if values.isRecordingSuppressed { update(isRecordingSuppressed: true) }
  }

  /// Calls `body` with this as the ``current`` context.
  @inlinable
  public func makeCurrent<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.taskLocal.withValue(self, operation: body)
  }

  /// Calls `body` with this as the ``current`` context, also in child tasks.
  @inlinable
  public nonisolated(nonsending) func makeCurrent<Result>(
    _ body: nonisolated(nonsending) () async throws -> Result
  ) async rethrows -> Result {
    try await Self.taskLocal.withValue(self, operation: body)
  }
}

/// A key for values of a program in a ``TraceContext``: a type without instances, which names the type of the value.
///
/// ```swift
/// enum TenantKey: TraceContextKey { typealias Value = String }
/// ```
public protocol TraceContextKey {
  /// The type of the values.
  associatedtype Value: Sendable
}
