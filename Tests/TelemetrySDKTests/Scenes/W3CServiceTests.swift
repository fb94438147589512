import TelemetrySDK
import TestThreads
import Testing

/// A service that receives a request, and makes requests itself: what the test suites of the W3C ask of its headers.
@Suite(.ownThreads) struct W3CServiceTests {
  private static let (trace, parent) = ("12345678901234567890123456789012", "1234567890123456")
  private static let header = "00-12345678901234567890123456789012-1234567890123456-01"
  private static let spaced = "\t 00-12345678901234567890123456789012-1234567890123456-01 \t"
  private static let future = "cc-12345678901234567890123456789012-1234567890123456-01"
  private static let longFuture = "cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like"

  /// The `traceparent` and the trace state of the requests that the service makes.
  private func requests(
    _ received: [(name: String, value: String)], count: Int = 1
  ) throws -> [(parent: SpanContext, state: TraceState)] {
    let tracer = try TracerProvider(CollectingProcessor()).tracer("service")
    let propagator = CompositePropagator.standard
    let context = propagator.extract(from: received, into: TraceContext())
    return tracer.withSpan("server", kind: .server, parent: context) { _ in
      (0..<count).map { _ in
        tracer.withSpan("client", kind: .client) { _ in
          var sent: [(name: String, value: String)] = []
          propagator.inject(into: &sent)
          #expect(sent.count { $0.name == "traceparent" } == 1 && sent.count { $0.name == "tracestate" } <= 1)
          let next = W3CTraceContextPropagator().extract(from: sent, into: TraceContext()).spanContext
          #expect(next.isValid)
          return (next, next.traceState)
        }
      }
    }
  }

  private func isInherited(_ received: [(name: String, value: String)]) throws -> Bool {
    let next = try requests(received)[0].parent
    #expect(next.spanID.description != Self.parent)
    return next.traceID.description == Self.trace
  }

  /// The state that goes on from these `tracestate` headers.
  private func state(_ headers: String..., name: String = "tracestate") throws -> String {
    let received = [(name: "traceparent", value: Self.header)] + headers.map { (name: name, value: $0) }
    let next = try requests(received)[0]
    #expect(next.parent.traceID.description == Self.trace)
    return next.state.description
  }

  @Test(
    "a trace goes on in each version but ff, with white space around and in any case of the name",
    arguments: [
      ("traceparent", header), ("TraceParent", header), ("TrAcEpArEnT", header), ("TRACEPARENT", header),
      ("traceparent", spaced), ("traceparent", future), ("traceparent", longFuture),
    ])
  func inherited(name: String, value: String) throws {
    #expect(try isInherited([(name, value)]))
  }

  private static let malformed: [String] = [
    "00-12345678901234567890123456789012-1234567890123456-01.",
    "00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
    "cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like",
    "ff-12345678901234567890123456789012-1234567890123456-01",
    ".0-12345678901234567890123456789012-1234567890123456-01",
    "0.-12345678901234567890123456789012-1234567890123456-01",
    "000-12345678901234567890123456789012-1234567890123456-01",
    "0000-12345678901234567890123456789012-1234567890123456-01",
    "0-12345678901234567890123456789012-1234567890123456-01",
    "00-123456789012345678901234567890123-1234567890123456-01",
    "00-1234567890123456789012345678901-1234567890123456-01", "00-.2345678901234567890123456789012-1234567890123456-01",
    "00-1234567890123456789012345678901.-1234567890123456-01",
    "00-12345678901234567890123456789012-0000000000000000-01",
    "00-12345678901234567890123456789012-.234567890123456-01",
    "00-12345678901234567890123456789012-123456789012345.-01",
    "00-12345678901234567890123456789012-12345678901234567-01",
    "00-12345678901234567890123456789012-123456789012345-01", "00-12345678901234567890123456789012-1234567890123456-.0",
    "00-12345678901234567890123456789012-1234567890123456-0.",
    "00-12345678901234567890123456789012-1234567890123456-001",
    "00-12345678901234567890123456789012-1234567890123456-1", "00-00000000000000000000000000000000-1234567890123456-01",
  ]

  @Test("a new trace begins with a malformed header", arguments: malformed)
  func malformedHeader(value: String) throws { #expect(try !isInherited([("traceparent", value)])) }

  @Test("a new trace begins without a header, with one of another name, and with two")
  func new() throws {
    #expect(try !isInherited([]))
    #expect(try !isInherited([("trace-parent", Self.header)]) && !isInherited([("trace.parent", Self.header)]))
    #expect(try !isInherited([("traceparent", Self.header), ("traceparent", Self.header)]))
  }

  @Test("several requests are spans of their own, in the received trace or in one new trace")
  func severalRequests() throws {
    let zeros = "00-00000000000000000000000000000000-\(Self.parent)-01"
    for (received, isInherited) in [(Self.header, true), (zeros, false), ("", false)] {
      let sent = try requests([("traceparent", received)], count: 3).map(\.parent)
      #expect(Set(sent.map(\.spanID)).count == 3 && Set(sent.map(\.traceID)).count == 1)
      #expect((sent[0].traceID.description == Self.trace) == isInherited)
    }
  }

  @Test("the random flag goes on as it came, and is set for a new trace (4.4.3)", arguments: [0, 1, 2, 3])
  func randomFlag(flags: Int) throws {
    let next = try requests([("traceparent", "00-\(Self.trace)-\(Self.parent)-0\(flags)")])[0].parent
    #expect(next.flags.contains(.random) == (flags & 2 != 0))
    #expect(try requests([])[0].parent.flags.contains(.random))
  }

  @Test("a trace state goes on whole, from one header or several, in any case of the name")
  func states() throws {
    #expect(try state("foo=1,bar=2") == "foo=1,bar=2")
    for name in ["TraceState", "TrAcEsTaTe", "TRACESTATE"] { #expect(try state("foo=1", name: name) == "foo=1") }
    for name in ["trace-state", "trace.state"] { #expect(try state("foo=1", name: name) == "") }
    #expect(try state("") == "" && state("foo=1", "") == "foo=1" && state("", "foo=1") == "foo=1")
    #expect(try state("foo=1,bar=2", "rojo=1,congo=2", "baz=3") == "foo=1,bar=2,rojo=1,congo=2,baz=3")
    for spaced in ["foo=1 \t , \t bar=2, \t baz=3", "foo=1\t \t,\t \tbar=2,\t \tbaz=3", "\t foo=1,bar=2,baz=3 \t"] {
      #expect(try state(spaced) == "foo=1,bar=2,baz=3")
    }
    #expect(try state("foo=1,foo=2") == "foo=1" && state("foo=1", "foo=1") == "foo=1")
    #expect(try requests([("tracestate", "foo=1")])[0].state.isEmpty)
  }

  @Test("a state of 32 members and keys of 256 characters go on; one member more or one character more discards all")
  func stateLimits() throws {
    let members = (1...33).map { "bar\($0)=\($0)" }
    #expect(
      try state(members.prefix(10).joined(separator: ","), members[10..<32].joined(separator: ",")).split(
        separator: ","
      ).count == 32)
    #expect(try state(members.joined(separator: ",")) == "")
    for key in [
      String(repeating: "z", count: 256), String(repeating: "t", count: 241) + "@" + String(repeating: "v", count: 14),
      String(repeating: "t", count: 242) + "@v", "t@" + String(repeating: "v", count: 15), "foo@", "foo@@bar",
      "foo@bar@baz",
    ] {
      #expect(try state("bar=2", key + "=1") == "bar=2,\(key)=1")
    }
    for entry in [
      String(repeating: "z", count: 257) + "=1", "foo =1", "FOO=1", "foo.bar=1", "@foo=1", "foo=bar=baz", "foo=",
    ] {
      #expect(try state("bar=2", entry) == "", "\(entry)")
    }
  }

  @Test("baggage goes on with its properties, and with values that need encoding")
  func baggage() throws {
    func sent(_ received: String) -> String? {
      var headers: [String: String] = [:]
      let context = CompositePropagator.standard.extract(from: ["baggage": received], into: TraceContext())
      CompositePropagator.standard.inject(context, into: &headers)
      return headers["baggage"]
    }
    #expect(
      sent("SomeKey=SomeValue;SomeProp,SomeKey2=SomeValue2;ValueProp=PropVal")
        == "SomeKey=SomeValue;SomeProp,SomeKey2=SomeValue2;ValueProp=PropVal")
    #expect(
      sent("SomeKey \t = \t SomeValue \t ; \t SomeProp \t , \t SomeKey2 \t = \t SomeValue2")
        == "SomeKey=SomeValue;SomeProp,SomeKey2=SomeValue2")
    #expect(sent("SomeKey=SomeValue=equals") == "SomeKey=SomeValue=equals")
    let encoded = "%09%20%22%27%3B%3Dasdf%21%40%23%24%25%5E%26%2A%28%29"
    let value = CompositePropagator.standard.extract(from: ["baggage": "SomeKey=" + encoded], into: TraceContext())
      .baggage
    #expect(value["SomeKey"] == "\t \"';=asdf!@#$%^&*()")
    #expect(sent("SomeKey=SomeValue;SomePropKey=" + encoded) == "SomeKey=SomeValue;SomePropKey=" + encoded)
    #expect(
      sent("SomeKey=SomeValue;SomeProp;SomeProp=PropValue;SomeProp=Other")
        == "SomeKey=SomeValue;SomeProp;SomeProp=PropValue;SomeProp=Other")
    let most = (0..<64).map { "key\($0)=value" }.joined(separator: ",")
    #expect(sent(most) == most)
  }
}
