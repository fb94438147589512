/// The values that the records of one logger share.
///
/// It isn't the logger itself, to which the provider has a weak reference: counting the strong references to an object with weak
/// ones takes several times as long.
final class LoggerSource: Sendable {
  let scope: InstrumentationScope
  let resource: Resource
  let configuration: TelemetryLogger.Configuration
  private let provider: LoggerProvider
  private let isUnconditional: Bool

  init(_ scope: InstrumentationScope, _ provider: LoggerProvider, _ configuration: TelemetryLogger.Configuration) {
    self.scope = scope
    self.provider = provider
    self.configuration = configuration
    resource = provider.resource
    isUnconditional = configuration == TelemetryLogger.Configuration()
  }

  /// True if a record of this severity and this span is taken.
  @inline(__always)
  func admits(_ severity: LogRecord.Severity, _ span: TraceContext.Parent) -> Bool {
    !span.isRecordingSuppressed && (isUnconditional || admitsByConfiguration(severity, span))
  }

  @inline(never)
  private func admitsByConfiguration(_ severity: LogRecord.Severity, _ span: TraceContext.Parent) -> Bool {
    guard configuration.isEnabled, severity == .unspecified || severity >= configuration.minimumSeverity else {
      return false
    }
    return !configuration.isTraceBased || !span.isValid || span.isSampled
  }

  @inline(__always)
  func emit(_ record: inout LogRecord, _ error: (any Error)?, _ context: TraceContext) {
    guard provider.isOpen else { return provider.emittedAfterEnd() }
    var span = context.parent
    if record.traceID.isValid || record.spanID.isValid {
      span.use(record)
    } else if span.isValid {
      (record.traceID, record.spanID, record.flags) = (span.traceID, span.spanID, UInt32(span.flags.rawValue))
    }
    guard admits(record.severity, span) else { return }
    if record.observedTimeUnixNano == 0 { record.observedTimeUnixNano = TraceClock.wallNanoseconds }
    (record.resource, record.scope) = (resource, scope)
    if let error { record.attributes.add(.exception(error)) }
    provider.process(&record, context)
  }
}

extension LoggerSource {
  /// Emits a record whose message is written as its fields are known, in the order of their numbers.
  @inline(__always)
  func emit(
    _ severity: LogRecord.Severity, _ body: String, _ severityText: String, _ eventName: String,
    _ error: (any Error)?, _ unixNano: UInt64?, _ context: TraceContext,
    _ build: (inout LogRecordAttributes) throws -> Void
  ) rethrows {
    guard provider.isOpen else { return provider.emittedAfterEnd() }
    let span = context.parent
    guard admits(severity, span) else { return }
    let observed = TraceClock.wallNanoseconds
    // More than 1,024 bytes would be allocated on the heap.
    try unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { scratch in
      let memory = unsafe scratch.baseAddress.unsafelyUnwrapped
      var message = unsafe ProtobufAppender(memory, capacity: scratch.count, count: ProtobufAppender.frameSize)
      message.logRecordHead(severity, severityText, body, unixNano ?? 0)
      var attributes = unsafe LogRecordAttributes(provider.appender(message, memory))
      defer {
        unsafe attributes.appender.checkOrigin(memory)
        attributes.appender.message.deallocate()
      }
      try build(&attributes)
      if let error { attributes.appender.add(.exception(error)) }
      let dropped = attributes.appender.dropped
      attributes.appender.message.logRecordTail(dropped, span, observed, eventName)
      provider.process(attributes.appender.message, dropped, resource, scope, context)
    }
  }
}

extension TraceContext.Parent {
  /// Takes the identity of a record's own span.
  fileprivate mutating func use(_ record: borrowing LogRecord) {
    (traceID, spanID) = (record.traceID, record.spanID)
    flags = TraceFlags(rawValue: UInt8(truncatingIfNeeded: record.flags))
  }
}

extension Attributes {
  /// Adds those attributes whose keys are absent.
  fileprivate mutating func add(_ others: Attributes) {
    for other in others where self[other.key] as AttributeValue? == nil { elements.append(other) }
  }
}
