import Synchronization
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct JaegerPropagatorTests {
  private static let (trace, span) = ("12345678901234567890123456789012", "1234567890123456")
  private let propagator = JaegerPropagator()

  private func extract(_ headers: [String: String], into context: TraceContext = .init()) -> TraceContext {
    propagator.extract(from: headers, into: context)
  }

  @Test(
    "the header is read",
    arguments: [
      ("\(trace):\(span):0:1", true, false), ("\(trace):\(span):0:0", false, false),
      ("\(trace):\(span):0:3", true, true),
      ("\(trace):\(span):0:2", false, false), ("\(trace):\(span):0:01", true, false),
      ("\(trace):\(span):abc:9", true, false),
      ("\(trace)%3A\(span)%3a0%3A1", true, false), ("\(trace):\(span)::f1", true, false),
    ])
  func header(text: String, isSampled: Bool, isDebug: Bool) {
    let context = extract(["Uber-Trace-Id": text])
    #expect(context.spanContext == .example(flags: isSampled ? .sampled : [], isRemote: true))
    #expect(context.isDebug == isDebug)
  }

  @Test func leadingZerosMayBeMissing() {
    let span = extract(["uber-trace-id": "1:2:0:1"]).spanContext
    #expect(span.traceID == TraceID(high: 0, low: 1) && span.spanID == SpanID(2))
  }

  @Test(
    "malformed headers are ignored",
    arguments: [
      "", ":::", "1:2:0", "1:2:0:1:1", "0:2:0:1", "1:0:0:1", "1\(trace):2:0:1", "1:1\(span):0:1", "g:2:0:1", "1:g:0:1",
      "1:2:0:g", "1:2:0:", "1:2:0:100", "-1:2:0:1", "é",
    ])
  func malformed(text: String) { #expect(!extract(["uber-trace-id": text]).spanContext.isValid) }

  @Test func baggageIsReadFromItsHeadersAndAdded() {
    let context = TraceContext(.example(), baggage: ["a": "1"])
    let headers = ["uberctx-user": "x%20y", "UberCtx-b": "2", "uberctx-": "3", "uberctx-c d": "4", "uber": "5"]
    let extracted = extract(headers, into: context)
    #expect(extracted.baggage.count == 3 && extracted.baggage["user"] == "x y" && extracted.baggage["b"] == "2")
    #expect(extracted.baggage["a"] == "1" && extracted.spanContext == .example())
    let many = Dictionary(uniqueKeysWithValues: (0..<500).map { ("uberctx-k\($0)", "1") })
    #expect(extract(many).baggage.count == 180)
    #expect(extract(["uberctx-k": String(repeating: "x", count: 9000)]).baggage.isEmpty)
  }

  @Test("of any number of headers with baggage only the permitted number is looked up")
  func lookUps() {
    for value in ["1", String(repeating: "x", count: 9000)] {
      let headers = CountingTextMap.Headers((0..<5000).map { (name: "uberctx-k\($0)", value: value) })
      let context = propagator.extract(from: headers, into: .init(), using: CountingTextMap())
      #expect(context.baggage.count == (value == "1" ? 180 : 0))
      #expect(headers.lookUps.load(ordering: .relaxed) <= 181)
    }
  }

  @Test func spanAndBaggageAreWritten() {
    var headers: [String: String] = [:]
    propagator.inject(TraceContext(.invalid, baggage: ["a": "é", "b c": "1"]), into: &headers)
    #expect(headers == ["uberctx-a": "%C3%A9"])
    propagator.inject(TraceContext(.example()), into: &headers)
    #expect(headers["uber-trace-id"] == "\(Self.trace):\(Self.span):0:1" && propagator.fields == ["uber-trace-id"])
    propagator.inject(TraceContext(.example(flags: [])), into: &headers)
    #expect(headers["uber-trace-id"] == "\(Self.trace):\(Self.span):0:0")
    var debug = TraceContext(.example())
    debug.isDebug = true
    propagator.inject(debug, into: &headers)
    #expect(headers["uber-trace-id"] == "\(Self.trace):\(Self.span):0:3")
  }
}
