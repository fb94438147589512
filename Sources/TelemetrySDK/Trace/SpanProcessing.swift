extension BatchProcessor: SpanProcessor where Item == SpanData {
  /// Queues the span, if it is sampled (RULES 4.3.2).
  public func onEnd(_ span: RecordingSpan) { driver.onEnd(span) }
  /// Exports all spans that ended before the call.
  public func forceFlush(within limit: Duration) async -> FlushReport { await driver.ask(.flush, limit).value }
  /// Ends the processor and its exporter.
  public func shutdown(within limit: Duration) async -> FlushReport { await driver.ask(.shutdown, limit).value }
}

extension SimpleProcessor: SpanProcessor where Item == SpanData {
  /// Queues the span, if it is sampled (RULES 4.3.2).
  public func onEnd(_ span: RecordingSpan) { driver.onEnd(span) }
  /// Exports all spans that ended before the call.
  public func forceFlush(within limit: Duration) async -> FlushReport { await driver.ask(.flush, limit).value }
  /// Ends the processor and its exporter.
  public func shutdown(within limit: Duration) async -> FlushReport { await driver.ask(.shutdown, limit).value }
}
