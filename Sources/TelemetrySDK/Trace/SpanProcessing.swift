extension BatchProcessor: SpanProcessor where Item == SpanData {
  /// Queues the span, if it is sampled (RULES 4.3.2).
  public func onEnd(_ span: RecordingSpan) { driver.onEnd(span) }
  /// Exports all spans that ended before the call.
  public func forceFlush(within limit: Duration) async -> FlushReport { await driver.wait(for: .flush, limit) }
  /// Ends the processor and its exporter.
  public func shutdown(within limit: Duration) async -> FlushReport { await driver.wait(for: .shutdown, limit) }
}

extension SimpleProcessor: SpanProcessor where Item == SpanData {
  /// Queues the span, if it is sampled (RULES 4.3.2).
  public func onEnd(_ span: RecordingSpan) { driver.onEnd(span) }
  /// Exports all spans that ended before the call.
  public func forceFlush(within limit: Duration) async -> FlushReport { await driver.wait(for: .flush, limit) }
  /// Ends the processor and its exporter.
  public func shutdown(within limit: Duration) async -> FlushReport { await driver.wait(for: .shutdown, limit) }
}

extension BatchDriver where Item == SpanData {
  @inline(__always)
  func onEnd(_ span: RecordingSpan) {
    guard span.context.isSampled, let record = span.record else { return }
    record.withSource { unsafe enqueue(record.field, $0.resource, $0.scope) }
  }
}
