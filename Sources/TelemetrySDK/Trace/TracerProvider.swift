internal import Synchronization
internal import TelemetryCore

/// Gives tracers, and holds what their spans share: resource, sampler, ids, limits and processors. Thread-safe.
///
/// Any number of providers can exist. End a provider with ``shutdown(within:)``: spans that start later aren't recorded.
/// Specification: trace SDK, tracer provider (RULES 4.1).
@safe
public final class TracerProvider: Sendable {
  /// The entity that produces the spans.
  public let resource: Resource
  let sampler: any Sampler
  let idGenerator: any IDGenerator
  let limits: RecordingLimits
  let processors: [any SpanProcessor]
  // These are read once: a span's calls of the protocols' methods, and copies of their values, would cost as much as its
  // attributes.
  private let needsOnEnding: Bool
  private let hasRandomTraceIDs: Bool
  private let fixedDecisions: FixedDecisions
  /// The sequence of `idGenerator`, which holds it.
  private let randomIDs: Unmanaged<RandomSequence>?
  private let starters: [any SpanProcessor]
  /// The driver of the batch processor, which holds it, if there is no other processor.
  private let onlyDriver: Unmanaged<BatchDriver<SpanData>>?
  private let diagnostics: Diagnostics
  /// No span is recorded: there is no processor, or the provider was shut down.
  private let isClosed: Atomic<Bool>
  private let abandonedCount = Atomic(0)
  private let didReportDiscarded = Atomic(false)
  private let tracers = ForkSafe(ScopeCache<TelemetryTracer>())

  /// Makes a provider.
  /// - Parameters:
  ///   - resource: The entity that produces the spans.
  ///   - sampler: Decides which spans are recorded; default: as the parent, and all roots.
  ///   - idGenerator: Makes trace and span ids; default: random ones.
  ///   - limits: The most that a span holds.
  ///   - processors: Receive the spans, in this order.
  ///   - diagnostics: Receives what is reported.
  /// - Throws: If a limit is out of its range.
  public init(
    resource: Resource, sampler: any Sampler = ParentBasedSampler(root: AlwaysOnSampler()),
    idGenerator: any IDGenerator = RandomIDGenerator(), limits: SpanLimits = SpanLimits(),
    processors: [any SpanProcessor], diagnostics: Diagnostics = .standardError
  ) throws(ConfigurationError) {
    try limits.validate()
    self.resource = resource
    self.sampler = sampler
    self.idGenerator = idGenerator
    self.limits = RecordingLimits(limits)
    self.processors = processors
    isClosed = Atomic(processors.isEmpty)
    self.diagnostics = diagnostics
    needsOnEnding = processors.contains { $0.needsOnEnding }
    hasRandomTraceIDs = idGenerator.makesRandomTraceIDs
    fixedDecisions = FixedDecisions(of: sampler)
    unsafe randomIDs = (idGenerator as? RandomIDGenerator).map { unsafe Unmanaged.passUnretained($0.sequence) }
    starters = processors.filter { !($0 is any DrivenProcessor) }
    let onlyBatch = processors.count == 1 ? processors[0] as? BatchSpanProcessor : nil
    unsafe onlyDriver = onlyBatch.map { unsafe Unmanaged.passUnretained($0.driver) }
  }

  /// The tracer of a library or module.
  /// - Parameters:
  ///   - name: The library's or module's name; an empty one works, and is reported.
  ///   - version: The version; empty for none.
  ///   - schemaURL: The schema of its spans; empty for none.
  ///   - attributes: Further attributes of the scope.
  public func tracer(
    _ name: String, version: String = "", schemaURL: String = "", attributes: Attributes = Attributes()
  ) -> TelemetryTracer {
    if name.isEmpty { diagnostics.emit(.warning, "a tracer was asked for without a name") }
    let scope = InstrumentationScope(name: name, version: version, attributes: attributes, schemaURL: schemaURL)
    return tracers.withLock { $0.object(of: scope) { TelemetryTracer(scope, self) } }
  }

  /// Spans that were never ended, so far: their last reference went away before.
  public var abandonedSpans: Int { abandonedCount.load(ordering: .relaxed) }

  var isRecording: Bool { !isClosed.load(ordering: .relaxed) }

  /// Counts a span that was never ended, and names the first one.
  func abandoned(_ name: @autoclosure () -> String, _ scope: InstrumentationScope) {
    let count = abandonedCount.wrappingAdd(1, ordering: .relaxed).newValue
    guard count == 1 else { return }
    diagnostics.emit(
      .warning, "a span was released without its end, so it isn't exported",
      [("name", "'\(name().sanitized(limit: 100))'"), ("scope", scope.name.sanitized(limit: 100))])
  }

  // MARK: Spans

  @inline(__always)
  func start(
    _ source: SpanSource, _ name: String, _ kind: SpanData.Kind, _ parent: TraceContext,
    _ attributes: Attributes, _ links: [RecordingSpan.Link], _ time: UInt64?
  ) -> RecordingSpan {
    let identity = parent.parent
    guard isRecording, !identity.isRecordingSuppressed else { return Self.nonRecording(parent) }
    let isRoot = !identity.isValid
    let traceID = isRoot ? makeTraceID() : identity.traceID
    guard let decision = fixedDecisions.decision(parent: identity) else {
      return sample(traceID, identity, source, name, kind, parent, attributes, links, time)
    }
    let context = context(
      traceID, identity, isRoot, decision, identity.hasTraceState ? parent.traceState : TraceState())
    guard decision != .drop else { return RecordingSpan(context) }
    return record(context, identity, source, name, kind, parent, attributes, links, time)
  }

  @inline(never)
  private static func nonRecording(_ parent: TraceContext) -> RecordingSpan { RecordingSpan(parent.spanContext) }

  /// Asks the sampler.
  @inline(never)
  private func sample(
    _ traceID: TraceID, _ identity: TraceContext.Parent, _ source: SpanSource, _ name: String,
    _ kind: SpanData.Kind, _ parent: TraceContext, _ attributes: Attributes, _ links: [RecordingSpan.Link],
    _ time: UInt64?
  ) -> RecordingSpan {
    let sampling = sampler.shouldSample(
      parent: parent.spanContext, context: parent, traceID: traceID, name: name, kind: kind, attributes: attributes,
      links: links)
    let context = context(
      traceID, identity, !identity.isValid, sampling.decision, sampling.traceState ?? parent.traceState)
    guard sampling.decision != .drop else { return RecordingSpan(context) }
    var all = attributes
    for attribute in sampling.attributes { all[attribute.key] = attribute.value }
    return record(context, identity, source, name, kind, parent, all, links, time)
  }

  @inline(__always)
  private func context(
    _ traceID: TraceID, _ parent: TraceContext.Parent, _ isRoot: Bool, _ decision: SamplingResult.Decision,
    _ traceState: TraceState
  ) -> SpanContext {
    var flags: TraceFlags = isRoot ? (hasRandomTraceIDs ? .random : []) : parent.flags.intersection(.random)
    if decision == .recordAndSample { flags.insert(.sampled) }
    return SpanContext(traceID: traceID, spanID: makeSpanID(), flags: flags, traceState: traceState)
  }

  @inline(never)
  private func record(
    _ context: SpanContext, _ identity: TraceContext.Parent, _ source: SpanSource, _ name: String,
    _ kind: SpanData.Kind, _ parent: TraceContext, _ attributes: Attributes, _ links: [RecordingSpan.Link],
    _ time: UInt64?
  ) -> RecordingSpan {
    let storage = SpanRecord.make(source, context, parent: identity, in: parent, name, kind, at: time)
    let span = RecordingSpan(context, consume storage)
    if !links.isEmpty { for link in links { span.record?.addLink(link.context, link.attributes) } }
    if !attributes.isEmpty { span.setAttributes(attributes) }
    if !starters.isEmpty { for processor in starters { processor.onStart(span, parent: parent) } }
    return span
  }

  @inline(__always)
  private func makeTraceID() -> TraceID {
    if let randomIDs = unsafe randomIDs { return unsafe randomIDs._withUnsafeGuaranteedRef { $0.nextTraceID() } }
    return idGenerator.makeTraceID()
  }

  @inline(__always)
  private func makeSpanID() -> SpanID {
    if let randomIDs = unsafe randomIDs { return unsafe randomIDs._withUnsafeGuaranteedRef { $0.nextSpanID() } }
    return idGenerator.makeSpanID()
  }

  func end(_ span: RecordingSpan, _ record: SpanRecord, _ time: UInt64?) {
    let end: SpanRecord.End
    if needsOnEnding {
      guard record.beginEnding(time) else { return }
      for processor in processors where processor.needsOnEnding { processor.onEnding(span) }
      end = record.end()
    } else {
      end = record.end(time)
    }
    if end != .whole {
      guard end == .reduced else { return }
      reportDiscarded(record)
    }
    if let onlyDriver = unsafe onlyDriver {
      unsafe onlyDriver._withUnsafeGuaranteedRef { $0.onEnd(span) }
    } else {
      for processor in processors { processor.onEnd(span) }
    }
  }

  /// Reports what the first span has lost to the limits (RULES 4.5.6).
  @inline(never)
  private func reportDiscarded(_ record: SpanRecord) {
    guard !didReportDiscarded.exchange(true, ordering: .relaxed) else { return }
    let discarded = record.discarded
    diagnostics.emit(
      .warning, "attributes, events or links of a span were discarded; later ones are only counted",
      [
        ("attributes", "\(discarded.attributes)"), ("events", "\(discarded.events)"), ("links", "\(discarded.links)"),
        ("scope", record.withSource { $0.scope.name.sanitized(limit: 100) }),
      ])
  }

  // MARK: Flush and shutdown

  /// Has every processor deliver what ended before the call. All processors work at once, within `limit`.
  /// - Returns: The sum of the processors' reports.
  public func forceFlush(within limit: Duration) async -> FlushReport {
    await ask(.flush, within: limit).report
  }

  /// Ends every processor. All processors work at once, within `limit`. A second call joins the first in them.
  /// - Returns: The sum of the processors' reports.
  @discardableResult
  public func shutdown(within limit: Duration) async -> FlushReport {
    await ask(.shutdown, within: limit).report
  }

  /// Makes a request. All processors begin at once.
  package func ask(_ request: ProcessorRequest, within limit: Duration) -> ProcessorAnswers {
    if case .shutdown = request { endRecording() }
    return provided.ask(request, within: limit)
  }

  private func endRecording() { isClosed.store(true, ordering: .relaxed) }

  private var provided: [ProvidedProcessor] { processors.map { ProvidedProcessor($0) } }

  // MARK: From synchronous code

  /// ``forceFlush(within:)`` for synchronous code. Stops the program on a telemetry thread, which would wait for itself.
  @available(*, noasync, message: "it blocks the thread: use forceFlush(within:)")
  public func forceFlushBlocking(within limit: Duration) -> FlushReport {
    begin(.flush, within: limit)()
  }

  /// ``shutdown(within:)`` for synchronous code, `atexit` and a forked child. Stops the program on a telemetry thread, which
  /// would wait for itself.
  @available(*, noasync, message: "it blocks the thread: use shutdown(within:)")
  @discardableResult
  public func shutdownBlocking(within limit: Duration) -> FlushReport {
    begin(.shutdown, within: limit)()
  }

  /// Makes a request for a thread that will wait.
  /// - Returns: A function that blocks the calling thread until all processors have answered.
  package func begin(_ request: ProcessorRequest, within limit: Duration) -> () -> FlushReport {
    if case .shutdown = request { endRecording() }
    return provided.begin(request, within: limit)
  }
}
