/// Sees the log records of a provider; the batch and simple processors export them.
///
/// All methods are called on the threads that emit records, on several at once, in the order in which the provider has the
/// processors. They must not block.
/// Specification: logs SDK, log record processor (RULES 4.14).
public protocol LogRecordProcessor: Sendable {
  /// A record was emitted. What this changes in it, the later processors see (RULES 4.14.2).
  ///
  /// Attributes beyond the provider's limits are discarded after the call. The record is a value: a copy that is kept doesn't
  /// change. Resource and scope are the logger's; a change of them is exported, but costs a part of its own in the request.
  /// - Parameters:
  ///   - record: The record.
  ///   - context: The context that it was emitted in.
  func onEmit(_ record: inout LogRecord, context: TraceContext)

  /// False if the processor has no use for a record like this; asked by `TelemetryLogger.isEnabled`, and not when a record is
  /// emitted. Default: true (RULES 4.14.3).
  /// - Parameters:
  ///   - severity: The record's severity; `unspecified` if it isn't known.
  ///   - eventName: The record's event name; empty for none.
  ///   - scope: The logger's scope.
  ///   - context: The context that the record would be emitted in.
  func isEnabled(
    severity: LogRecord.Severity, eventName: String, scope: InstrumentationScope, context: TraceContext
  ) -> Bool

  /// Delivers what was emitted before the call, within `limit`. A provider cancels the call after that,
  /// and waits no longer; likewise of a shutdown.
  func forceFlush(within limit: Duration) async -> FlushReport

  /// Ends the processor, within `limit`; records that are emitted later are ignored or counted.
  func shutdown(within limit: Duration) async -> FlushReport
}

extension LogRecordProcessor {
  /// True.
  public func isEnabled(
    severity: LogRecord.Severity, eventName: String, scope: InstrumentationScope, context: TraceContext
  ) -> Bool { true }
  /// Nothing is held.
  public func forceFlush(within limit: Duration) async -> FlushReport { .empty }
  /// Nothing is held.
  public func shutdown(within limit: Duration) async -> FlushReport { .empty }
}
