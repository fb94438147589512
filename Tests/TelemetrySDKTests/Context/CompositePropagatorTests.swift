import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct CompositePropagatorTests {
  @Test func eachPropagatorInjectsAndExtracts() {
    let context = TraceContext(.example(), baggage: ["a": "1"])
    var headers: [String: String] = [:]
    CompositePropagator.standard.inject(context, into: &headers)
    #expect(headers.keys.sorted() == ["baggage", "traceparent"])
    let extracted = CompositePropagator.standard.extract(from: headers, into: TraceContext())
    #expect(extracted.spanContext == .example(isRemote: true) && extracted.baggage == ["a": "1"])
  }

  @Test func theLastPropagatorThatFindsASpanWins() {
    let headers = [
      "b3": "00000000000000000000000000000001-0000000000000002-0",
      "traceparent": "00-12345678901234567890123456789012-1234567890123456-01",
    ]
    let w3cLast = CompositePropagator([B3Propagator(), W3CTraceContextPropagator()])
    let b3Last = CompositePropagator([W3CTraceContextPropagator(), B3Propagator()])
    #expect(w3cLast.extract(from: headers, into: TraceContext()).spanContext == .example(isRemote: true))
    #expect(b3Last.extract(from: headers, into: TraceContext()).spanContext.traceID.low == 1)
    #expect(w3cLast.fields == ["b3", "traceparent", "tracestate"])
  }

  @Test func withoutPropagatorsNothingIsCarried() {
    var headers: [String: String] = [:]
    CompositePropagator([]).inject(TraceContext(.example()), into: &headers)
    #expect(headers.isEmpty && CompositePropagator([]).fields.isEmpty)
    let context = CompositePropagator([]).extract(from: ["b3": "1"], into: TraceContext(.example()))
    #expect(context.spanContext == .example())
  }

  private func fields(_ text: String, _ warnings: CollectedWarnings = .init()) -> [String]? {
    Environment(["OTEL_PROPAGATORS": text], diagnostics: warnings.diagnostics).propagators()?.fields
  }

  @Test func theEnvironmentListsPropagators() {
    let warnings = CollectedWarnings()
    #expect(fields("tracecontext,baggage", warnings) == ["traceparent", "tracestate", "baggage"])
    #expect(fields("ottrace", warnings) == OTTracePropagator().fields)
    #expect(fields(" B3 , xray,b3 ", warnings) == ["b3", "X-Amzn-Trace-Id"])
    #expect(fields("b3multi,jaeger", warnings)?.last == "uber-trace-id" && fields("none", warnings) == [])
    #expect(fields("none,baggage", warnings) == ["baggage"] && fields("", warnings) == nil)
    #expect(Environment([:]).propagators() == nil && warnings.count == 0)
  }

  @Test func anUnknownPropagatorIsNamedAndIgnored() {
    let warnings = CollectedWarnings()
    #expect(fields("baggage,datadog,zipkin", warnings) == ["baggage"])
    #expect(warnings.count == 2 && warnings.lines[0].contains("datadog"))
    #expect(fields("unknown", warnings) == nil && warnings.count == 3)
  }
}
