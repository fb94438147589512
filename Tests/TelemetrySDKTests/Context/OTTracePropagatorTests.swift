import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct OTTracePropagatorTests {
  private let propagator = OTTracePropagator()

  private func extract(_ headers: [String: String], into context: TraceContext = .init()) -> TraceContext {
    propagator.extract(from: headers, into: context)
  }

  private func headers(_ trace: String, _ span: String, _ sampled: String? = nil) -> [String: String] {
    var headers = ["ot-tracer-traceid": trace, "OT-Tracer-SpanID": span]
    headers["ot-tracer-sampled"] = sampled
    return headers
  }

  @Test func idsOfAnyLengthAreRead() {
    let (trace, span) = ("12345678901234567890123456789012", "1234567890123456")
    #expect(extract(headers(trace, span, "true")).spanContext == .example(isRemote: true))
    #expect(extract(headers(trace, span, "false")).spanContext == .example(flags: [], isRemote: true))
    #expect(extract(headers(trace, span)).spanContext == .example(flags: [], isRemote: true))
    let short = extract(headers("a", "b")).spanContext
    #expect(short.traceID == TraceID(high: 0, low: 10) && short.spanID == SpanID(11))
  }

  @Test(
    "malformed headers leave the context as it is",
    arguments: [
      ("", "1"), ("1", ""), ("0", "1"), ("1", "0"), ("g", "1"), ("1", "-1"), ("112345678901234567890123456789012", "1"),
      ("1", "11234567890123456"), ("é", "1"),
    ])
  func malformed(trace: String, span: String) {
    #expect(extract(headers(trace, span, "true"), into: TraceContext(.example())).spanContext == .example())
  }

  @Test("the last half of the trace id and printable baggage are written")
  func writing() {
    var written: [String: String] = [:]
    let baggage: Baggage = ["name": "a value=%;", "no token": "1", "text": "é", "line": "a\nb"]
    propagator.inject(TraceContext(.example(), baggage: baggage), into: &written)
    #expect(
      written == [
        "ot-tracer-traceid": "7890123456789012", "ot-tracer-spanid": "1234567890123456", "ot-tracer-sampled": "true",
        "ot-baggage-name": "a value=%;",
      ])
    #expect(propagator.fields.allSatisfy { written[$0] != nil })
    var nothing: [String: String] = [:]
    propagator.inject(TraceContext(), into: &nothing)
    #expect(nothing.isEmpty)
  }

  @Test func baggageIsAdded() {
    let context = TraceContext(.example(), baggage: ["a": "1", "b": "2"])
    let found = extract(["OT-Baggage-b": "3%20", "ot-baggage-c": "4", "ot-baggage-": "5"], into: context)
    #expect(found.baggage == ["a": "1", "b": "3%20", "c": "4"] && found.spanContext == .example())
  }
}
