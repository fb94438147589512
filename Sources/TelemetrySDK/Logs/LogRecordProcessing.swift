extension BatchProcessor: LogRecordProcessor where Item == LogRecord {
  /// Queues the record.
  public func onEmit(_ record: inout LogRecord, context: TraceContext) { driver.onEnd(record) }
  /// Exports all records that were emitted before the call.
  public func forceFlush(within limit: Duration) async -> FlushReport { await driver.ask(.flush, limit).value }
  /// Ends the processor and its exporter.
  public func shutdown(within limit: Duration) async -> FlushReport { await driver.ask(.shutdown, limit).value }
}

extension SimpleProcessor: LogRecordProcessor where Item == LogRecord {
  /// Queues the record.
  public func onEmit(_ record: inout LogRecord, context: TraceContext) { driver.onEnd(record) }
  /// Exports all records that were emitted before the call.
  public func forceFlush(within limit: Duration) async -> FlushReport { await driver.ask(.flush, limit).value }
  /// Ends the processor and its exporter.
  public func shutdown(within limit: Duration) async -> FlushReport { await driver.ask(.shutdown, limit).value }
}
