internal import Synchronization
internal import TelemetryCore

/// Gives loggers, and holds what their records share: resource, limits and processors. Thread-safe.
///
/// Any number of providers can exist. End a provider with ``shutdown(within:)``: records that are emitted later are dropped.
/// Specification: logs SDK, logger provider (RULES 4.14).
@safe
public final class LoggerProvider: Sendable {
  /// The entity that produces the records.
  public let resource: Resource
  let processors: [any LogRecordProcessor]
  private let maxAttributes: Int
  private let valueLimits: ValueLimits
  private let configure: @Sendable (InstrumentationScope) -> TelemetryLogger.Configuration
  /// The driver of the batch processor, which holds it, if there is no other processor: a call of a protocol's method and a copy
  /// of its value would cost a record a fifth of the whole.
  private let onlyDriver: Unmanaged<BatchDriver<LogRecord>>?
  private let diagnostics: Diagnostics
  /// No record is taken: there is no processor, or the provider was shut down.
  private let isClosed: Atomic<Bool>
  private let createdCount = Atomic(0)
  private let didReportDiscarded = Atomic(false)
  private let didReportEnd: Atomic<Bool>
  private let loggers = ForkSafe(ScopeCache<TelemetryLogger>())

  /// Makes a provider.
  /// - Parameters:
  ///   - resource: The entity that produces the records.
  ///   - limits: The most that a record's attributes hold.
  ///   - processors: Receive the records, in this order.
  ///   - diagnostics: Receives what is reported.
  ///   - configuration: Decides which records the logger of a scope takes; called when a logger is made, on any thread. Default: all.
  /// - Throws: If a limit is out of its range.
  public init(
    resource: Resource, limits: LogRecordLimits = LogRecordLimits(), processors: [any LogRecordProcessor],
    diagnostics: Diagnostics = .standardError,
    configuration: @escaping @Sendable (InstrumentationScope) -> TelemetryLogger.Configuration = { _ in .init() }
  ) throws(ConfigurationError) {
    try limits.validate()
    self.resource = resource
    self.processors = processors
    self.diagnostics = diagnostics
    maxAttributes = limits.attributeCountLimit
    valueLimits = ValueLimits(length: limits.attributeValueLengthLimit, depth: limits.attributeValueDepthLimit)
    configure = configuration
    isClosed = Atomic(processors.isEmpty)
    didReportEnd = Atomic(processors.isEmpty)
    let onlyBatch = processors.count == 1 ? processors[0] as? BatchLogRecordProcessor : nil
    unsafe onlyDriver = onlyBatch.map { unsafe Unmanaged.passUnretained($0.driver) }
  }

  /// The logger of a library or module.
  /// - Parameters:
  ///   - name: The library's or module's name; an empty one works, and is reported.
  ///   - version: The version; empty for none.
  ///   - schemaURL: The schema of its records; empty for none.
  ///   - attributes: Further attributes of the scope.
  public func logger(
    _ name: String, version: String = "", schemaURL: String = "", attributes: Attributes = Attributes()
  ) -> TelemetryLogger {
    if name.isEmpty { diagnostics.emit(.warning, "a logger was asked for without a name") }
    let scope = InstrumentationScope(name: name, version: version, attributes: attributes, schemaURL: schemaURL)
    if let known = loggers.withLock({ $0.known(scope) }) { return known }
    // Outside the lock: the closure is the program's, and may ask for a logger itself.
    let new = TelemetryLogger(scope, self, configure(scope))
    return loggers.withLock { $0.object(of: scope) { new } }
  }

  /// The records that loggers took, so far: `otel.sdk.log.created` (RULES 4.13). The processors have metrics of their own.
  public var selfMetrics: SelfMetrics {
    let created = SelfMetrics.Value.sum(createdCount.load(ordering: .relaxed))
    return SelfMetrics([
      .init(
        "otel.sdk.log.created", .counter, unit: "{log_record}", description: "Log records that loggers took.",
        points: [.init([:], created)])
    ])
  }

  // MARK: Records

  var isOpen: Bool { !isClosed.load(ordering: .relaxed) }

  /// Hands a record to the processors.
  @inline(__always)
  func process(_ record: inout LogRecord, _ context: TraceContext) {
    createdCount.wrappingAdd(1, ordering: .relaxed)
    limit(&record)
    if let onlyDriver = unsafe onlyDriver {
      unsafe onlyDriver._withUnsafeGuaranteedRef { $0.onEnd(record) }
    } else {
      processByAll(&record, context)
    }
  }

  /// Takes the attributes of a record whose message has its fields in front of them.
  @unsafe
  @inline(__always)
  func appender(_ message: consuming ProtobufAppender, _ scratch: UnsafeMutableRawPointer) -> AttributeAppender {
    unsafe AttributeAppender(message, WireTags.LogRecord.attributes, most: maxAttributes, valueLimits, scratch)
  }

  /// Hands a finished message to the processors.
  @inline(__always)
  func process(
    _ message: borrowing ProtobufAppender, _ dropped: UInt64, _ resource: Resource, _ scope: InstrumentationScope,
    _ context: TraceContext
  ) {
    createdCount.wrappingAdd(1, ordering: .relaxed)
    if dropped > 0 { report(UInt32(clamping: dropped), scope) }
    guard let onlyDriver = unsafe onlyDriver else { return processByAll(message, resource, scope, context) }
    let start = message.frame(WireTags.ScopeItems.item, ProtobufAppender.frameSize)
    let field = unsafe UnsafeRawBufferPointer(rebasing: message.bytes[start...])
    unsafe onlyDriver._withUnsafeGuaranteedRef { unsafe $0.enqueue(field, resource, scope) }
  }

  @inline(never)
  private func processByAll(
    _ message: borrowing ProtobufAppender, _ resource: Resource, _ scope: InstrumentationScope, _ context: TraceContext
  ) {
    let content = unsafe UnsafeRawBufferPointer(rebasing: message.bytes[ProtobufAppender.frameSize...])
    var record = unsafe LogRecord(decoding: content, resource: resource, scope: scope)
    processByAll(&record, context)
  }

  @inline(never)
  private func processByAll(_ record: inout LogRecord, _ context: TraceContext) {
    for processor in processors {
      processor.onEmit(&record, context: context)
      if !(processor is any DrivenProcessor) { limit(&record) }
    }
  }

  @inline(__always)
  private func limit(_ record: inout LogRecord) {
    let discarded = record.attributes.limit(most: maxAttributes, valueLimits)
    guard discarded > 0 else { return }
    let (sum, overflows) = record.droppedAttributesCount.addingReportingOverflow(discarded)
    record.droppedAttributesCount = overflows ? .max : sum
    report(discarded, record.scope)
  }

  /// Reports the first attributes that are discarded (RULES 4.5.6).
  @inline(never)
  private func report(_ discarded: UInt32, _ scope: InstrumentationScope) {
    guard !didReportDiscarded.exchange(true, ordering: .relaxed) else { return }
    diagnostics.emit(
      .warning, "attributes of a log record were discarded; later ones are only counted",
      [
        ("count", "\(discarded)"), ("attributeCountLimit", "\(maxAttributes)"),
        ("scope", scope.name.sanitized(limit: 100)),
      ])
  }

  /// Names the first record that is emitted after the shutdown.
  @inline(never)
  func emittedAfterEnd() {
    guard !didReportEnd.exchange(true, ordering: .relaxed) else { return }
    diagnostics.emit(.warning, "log records that are emitted after shutdown are dropped")
  }

  // MARK: Flush and shutdown

  /// Has every processor deliver what was emitted before the call. All processors work at once, within `limit`.
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
    if case .shutdown = request { endEmitting() }
    return provided.ask(request, within: limit)
  }

  private func endEmitting() { isClosed.store(true, ordering: .relaxed) }

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
    if case .shutdown = request { endEmitting() }
    return provided.begin(request, within: limit)
  }
}
