internal import TelemetrySDK

/// The headers of a request, one `name: value` a line, for every propagator.
enum HeaderLines {
  private static let propagators: [any TextMapPropagator] = [
    W3CTraceContextPropagator(), W3CBaggagePropagator(), B3Propagator(), B3Propagator(injectsMultipleHeaders: true),
    JaegerPropagator(), XRayPropagator(),
  ]

  static func run(_ bytes: [UInt8]) {
    let headers = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
    }
    let base = TraceContext(
      SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3)), baggage: ["kept": "1"])
    for propagator in propagators {
      let context = propagator.extract(from: headers, into: base)
      check(context, base)
      var written: [(name: String, value: String)] = []
      propagator.inject(context, into: &written)
      for header in written { rule(header.value.utf8.allSatisfy { $0 == 9 || $0 >= 32 }, "a header holds \(header)") }
    }
  }

  private static func check(_ context: TraceContext, _ base: TraceContext) {
    let span = context.spanContext
    rule(span == base.spanContext || (span.isValid && span.isRemote), "the span \(span) was extracted")
    rule(span.traceState.members.count <= 32, "\(span.traceState.members.count) members of a trace state")
    rule(span.traceState.description.utf8.count <= 512, "a trace state is too long")
    rule((1...181).contains(context.baggage.count), "\(context.baggage.count) entries of baggage")
  }
}
