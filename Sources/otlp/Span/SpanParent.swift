internal import TelemetryCore
package import TelemetrySDK

/// The parent that an option gives.
package enum SpanParent: Hashable, Sendable {
  case none
  case span(SpanContext)
}

extension OptionReader<SpanParent> {
  /// A `traceparent` header, or `none`.
  static var parent: OptionReader {
    OptionReader { value throws(ConfigurationError) in
      if value.text == "none" { return .none }
      let headers = ["traceparent": value.text]
      let context = W3CTraceContextPropagator().extract(from: headers, into: TraceContext()).spanContext
      guard context.isValid else {
        throw value.refused(allowed: "none, or a traceparent: 00-<32 hex digits>-<16 hex digits>-<2 hex digits>")
      }
      return .span(context)
    }
  }
}
