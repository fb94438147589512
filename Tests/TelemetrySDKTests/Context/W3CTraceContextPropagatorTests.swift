import TelemetrySDK
import TestThreads
import Testing

/// The cases of the W3C's public test harness, and those of OpenTelemetry's rules.
@Suite(.ownThreads) struct W3CTraceContextPropagatorTests {
  private let propagator = W3CTraceContextPropagator()

  private func extract(_ parent: String..., state: [String] = []) -> SpanContext {
    let headers = parent.map { (name: "traceparent", value: $0) } + state.map { (name: "tracestate", value: $0) }
    return propagator.extract(from: headers, into: TraceContext()).spanContext
  }

  @Test(
    "valid headers give the ids",
    arguments: [
      "00-12345678901234567890123456789012-1234567890123456-01",
      " 00-12345678901234567890123456789012-1234567890123456-01",
      "\t00-12345678901234567890123456789012-1234567890123456-01",
      "00-12345678901234567890123456789012-1234567890123456-01 ",
      "\t 00-12345678901234567890123456789012-1234567890123456-01 \t",
      "cc-12345678901234567890123456789012-1234567890123456-01",
      "cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
    ])
  func valid(header: String) { #expect(extract(header) == .example(isRemote: true)) }

  @Test(
    "malformed headers are ignored",
    arguments: [
      "", "00", "ff-12345678901234567890123456789012-1234567890123456-01",
      "00-12345678901234567890123456789012-1234567890123456-01.",
      "00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
      "cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like",
      ".0-12345678901234567890123456789012-1234567890123456-01",
      "0.-12345678901234567890123456789012-1234567890123456-01",
      "000-12345678901234567890123456789012-1234567890123456-01",
      "0000-12345678901234567890123456789012-1234567890123456-01",
      "0-12345678901234567890123456789012-1234567890123456-01",
      "00-00000000000000000000000000000000-1234567890123456-01",
      "00-.2345678901234567890123456789012-1234567890123456-01",
      "00-1234567890123456789012345678901.-1234567890123456-01",
      "00-123456789012345678901234567890123-1234567890123456-01",
      "00-1234567890123456789012345678901-1234567890123456-01",
      "00-12345678901234567890123456789012-0000000000000000-01",
      "00-12345678901234567890123456789012-.234567890123456-01",
      "00-12345678901234567890123456789012-123456789012345.-01",
      "00-12345678901234567890123456789012-12345678901234567-01",
      "00-12345678901234567890123456789012-123456789012345-01",
      "00-12345678901234567890123456789012-1234567890123456-.0",
      "00-12345678901234567890123456789012-1234567890123456-0.",
      "00-12345678901234567890123456789012-1234567890123456-001",
      "00-12345678901234567890123456789012-1234567890123456-1",
      "00-ABCDEF78901234567890123456789012-1234567890123456-01",
      "00-12345678901234567890123456789012-123456789012345A-01",
      "00-12345678901234567890123456789012-1234567890123456-0A",
      "FE-12345678901234567890123456789012-1234567890123456-01",
      "00_12345678901234567890123456789012-1234567890123456-01",
      "00-12345678901234567890123456789012-1234567890123456-01,00-12345678901234567890123456789012-1234567890123456-01",
      "00-é2345678901234567890123456789012-1234567890123456-01",
      "00-1-345678901234567890123456789012-1234567890123456-01",
    ])
  func malformed(header: String) { #expect(extract(header) == .invalid) }

  @Test func aRepeatedHeaderIsIgnored() {
    let header = "00-12345678901234567890123456789012-1234567890123456-01"
    #expect(extract(header, header) == .invalid && extract() == .invalid)
  }

  @Test("sampled and random flags are taken, others are not", arguments: 0...255)
  func flags(byte: Int) {
    let digits = TraceFlags(rawValue: UInt8(byte)).description
    let span = extract("00-12345678901234567890123456789012-1234567890123456-\(digits)")
    #expect(span.flags.rawValue == UInt8(byte & 3) && span.isSampled == (byte & 1 == 1))
  }

  @Test func theNameMayHaveAnyCase() {
    for name in ["TraceParent", "TrAcEpArEnT", "TRACEPARENT"] {
      let headers = [name: "00-12345678901234567890123456789012-1234567890123456-01", "TraceState": "foo=1"]
      let span = propagator.extract(from: headers, into: TraceContext()).spanContext
      #expect(span == .example(traceState: TraceState("foo=1")!, isRemote: true))
    }
    for name in ["trace-parent", "trace.parent"] {
      let headers = [name: "00-12345678901234567890123456789012-1234567890123456-01"]
      #expect(!propagator.extract(from: headers, into: TraceContext()).spanContext.isValid)
    }
  }

  @Test("a malformed trace state is dropped alone, and without a parent it isn't read")
  func traceState() {
    let parent = "00-12345678901234567890123456789012-1234567890123456-00"
    #expect(extract(parent, state: ["foo=1", "bar=2"]).traceState.description == "foo=1,bar=2")
    let bad = extract(parent, state: ["foo=1,BAR=2"])
    #expect(bad.isValid && bad.traceState.isEmpty)
    #expect(extract(state: ["foo=1"]) == .invalid)
  }

  @Test func anExistingContextIsKept() {
    let context = TraceContext(.example(), baggage: ["a": "1"])
    for headers in [[:], ["traceparent": "broken"], ["tracestate": "a=1"]] {
      #expect(propagator.extract(from: headers, into: context).spanContext == .example())
    }
    let headers = ["traceparent": "00-00000000000000000000000000000001-0000000000000002-00"]
    let extracted = propagator.extract(from: headers, into: context)
    #expect(extracted.spanContext.traceID == TraceID(high: 0, low: 1) && extracted.baggage["a"] == "1")
    #expect(extracted.spanContext.isRemote)
  }

  @Test func aValidSpanIsWrittenInVersion00() {
    var headers: [String: String] = [:]
    let span = SpanContext.example(
      flags: TraceFlags(rawValue: 0xFF), traceState: TraceState("foo=1, bar=2")!, isRemote: true)
    propagator.inject(TraceContext(span), into: &headers)
    #expect(
      headers == [
        "traceparent": "00-12345678901234567890123456789012-1234567890123456-03", "tracestate": "foo=1,bar=2",
      ])
    #expect(propagator.fields == ["traceparent", "tracestate"])
  }

  @Test func anInvalidSpanAndAnEmptyStateAreNotWritten() {
    var headers: [String: String] = [:]
    propagator.inject(TraceContext(), into: &headers)
    var half = SpanContext.example(traceState: TraceState("a=1")!)
    half.spanID = .invalid
    propagator.inject(TraceContext(half), into: &headers)
    #expect(headers.isEmpty)
    propagator.inject(TraceContext(.example(flags: [])), into: &headers)
    #expect(headers == ["traceparent": "00-12345678901234567890123456789012-1234567890123456-00"])
  }
}
