internal import TelemetryCore
internal import TelemetrySDK

extension OptionReader<TraceContext> {
  /// A `traceparent` header, or `none`.
  static var parent: OptionReader {
    OptionReader { value throws(ConfigurationError) in
      if value.text == "none" { return TraceContext() }
      let context = W3CTraceContextPropagator().extract(from: ["traceparent": value.text], into: TraceContext())
      guard context.spanContext.isValid else {
        throw value.refused(allowed: "none, or a traceparent: 00-<32 hex digits>-<16 hex digits>-<2 hex digits>")
      }
      return context
    }
  }
}
