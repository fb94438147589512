import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct B3PropagatorTests {
  private static let (trace, span) = ("12345678901234567890123456789012", "1234567890123456")

  private func extract(_ headers: [String: String], into context: TraceContext = .init()) -> TraceContext {
    B3Propagator().extract(from: headers, into: context)
  }

  @Test(
    "the single header is read",
    arguments: [
      ("\(trace)-\(span)-1", true, false), ("\(trace)-\(span)-0", false, false), ("\(trace)-\(span)-d", true, true),
      ("\(trace)-\(span)", false, false), ("\(trace)-\(span)-1-0000000000000005", true, false),
      (" \(trace)-\(span)-1 ", true, false),
    ])
  func single(header: String, isSampled: Bool, isDebug: Bool) {
    let context = extract(["b3": header])
    #expect(context.spanContext == .example(flags: isSampled ? .sampled : [], isRemote: true))
    #expect(context.isDebug == isDebug)
  }

  @Test(
    "malformed single headers are ignored",
    arguments: [
      "", "0", "1", "d", "\(trace)", "\(trace)-", "-\(span)-1", "\(trace)-\(span)-2", "\(trace)-\(span)-1-2-3",
      "\(trace)-\(span)-", "1\(trace)-\(span)-1", "\(trace)-1\(span)-1", "00000000000000000000000000000000-\(span)-1",
      "\(trace)-0000000000000000-1", "g2345678901234567890123456789012-\(span)-1", "é",
    ])
  func malformed(header: String) { #expect(!extract(["b3": header]).spanContext.isValid) }

  @Test func traceIDsOf64BitsGetZerosInFront() {
    let context = extract(["b3": "\(Self.span)-\(Self.span)-1"])
    #expect(context.spanContext.traceID == TraceID(high: 0, low: 0x1234_5678_9012_3456))
    let multiple = extract(["X-B3-TraceId": Self.span, "X-B3-SpanId": Self.span])
    #expect(multiple.spanContext.traceID == TraceID(high: 0, low: 0x1234_5678_9012_3456))
  }

  @Test("several headers are read, in any case")
  func multiple() {
    var headers = ["x-b3-traceid": Self.trace, "X-B3-SPANID": Self.span]
    #expect(extract(headers).spanContext == .example(flags: [], isRemote: true))
    for (sampled, isSampled) in [("1", true), ("0", false), ("true", true), ("false", false)] {
      headers["X-B3-Sampled"] = sampled
      #expect(extract(headers).spanContext == .example(flags: isSampled ? .sampled : [], isRemote: true))
    }
    headers["X-B3-Flags"] = "1"
    #expect(extract(headers).isDebug && extract(headers).spanContext.isSampled)
    headers["X-B3-Flags"] = "0"
    #expect(!extract(headers).isDebug && !extract(headers).spanContext.isSampled)
    headers["X-B3-SPANID"] = nil
    #expect(!extract(headers).spanContext.isValid)
  }

  @Test func theSingleHeaderWinsUnlessItIsMalformed() {
    var headers = ["b3": "\(Self.trace)-\(Self.span)-1", "X-B3-TraceId": Self.span, "X-B3-SpanId": Self.span]
    #expect(extract(headers).spanContext == .example(isRemote: true))
    headers["b3"] = "0"
    #expect(extract(headers).spanContext.traceID.high == 0 && extract(headers).spanContext.isValid)
  }

  @Test func anExistingContextIsKept() {
    var context = TraceContext(.example())
    context.isDebug = true
    #expect(extract(["b3": "0"], into: context).spanContext == .example() && extract([:], into: context).isDebug)
    #expect(!extract(["b3": "\(Self.trace)-\(Self.span)-1"], into: context).isDebug)
  }

  @Test func theSingleHeaderIsWrittenByDefault() {
    var headers: [String: String] = [:]
    B3Propagator().inject(TraceContext(.example()), into: &headers)
    #expect(headers == ["b3": "\(Self.trace)-\(Self.span)-1"] && B3Propagator().fields == ["b3"])
    B3Propagator().inject(TraceContext(.example(flags: .random)), into: &headers)
    #expect(headers == ["b3": "\(Self.trace)-\(Self.span)-0"])
    var debug = TraceContext(.example())
    debug.isDebug = true
    B3Propagator().inject(debug, into: &headers)
    #expect(headers == ["b3": "\(Self.trace)-\(Self.span)-d"])
  }

  @Test func severalHeadersAreWrittenOnDemand() {
    let propagator = B3Propagator(injectsMultipleHeaders: true)
    var headers: [String: String] = [:]
    propagator.inject(TraceContext(), into: &headers)
    #expect(headers.isEmpty)
    propagator.inject(TraceContext(.example(flags: [])), into: &headers)
    #expect(headers == ["X-B3-TraceId": Self.trace, "X-B3-SpanId": Self.span, "X-B3-Sampled": "0"])
    var debug = TraceContext(.example())
    debug.isDebug = true
    headers = [:]
    propagator.inject(debug, into: &headers)
    #expect(headers == ["X-B3-TraceId": Self.trace, "X-B3-SpanId": Self.span, "X-B3-Flags": "1"])
    #expect(propagator.fields.count == 4)
  }
}
