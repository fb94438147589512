import TelemetrySDK

extension SpanContext {
  /// A valid context with fixed ids.
  static func example(
    flags: TraceFlags = .sampled, traceState: TraceState = TraceState(), isRemote: Bool = false
  ) -> SpanContext {
    SpanContext(
      traceID: TraceID(high: 0x1234_5678_9012_3456, low: 0x7890_1234_5678_9012), spanID: SpanID(0x1234_5678_9012_3456),
      flags: flags, traceState: traceState, isRemote: isRemote)
  }
}
