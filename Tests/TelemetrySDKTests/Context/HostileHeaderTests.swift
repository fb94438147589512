import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Every propagator on random headers: valid headers with a few changed bytes, and noise.
@Suite(.ownThreads) struct HostileHeaderTests {
  private static let (trace, span) = ("12345678901234567890123456789012", "1234567890123456")
  private static let cases: [(any TextMapPropagator, [(name: String, value: String)])] = [
    (
      W3CTraceContextPropagator(),
      [("traceparent", "00-\(trace)-\(span)-01"), ("tracestate", "ot=th:8;rv:0123456789abcd,foo@bar=1, a=b ")]
    ),
    (W3CBaggagePropagator(), [("baggage", "a=1;p=v;q,b=%C3%A9%20"), ("baggage", " c = 3 ")]),
    (B3Propagator(), [("b3", "\(trace)-\(span)-d-\(span)")]),
    (
      B3Propagator(injectsMultipleHeaders: true),
      [("X-B3-TraceId", trace), ("X-B3-SpanId", span), ("X-B3-Sampled", "1"), ("X-B3-Flags", "1")]
    ),
    (JaegerPropagator(), [("uber-trace-id", "\(trace):\(span):0:3"), ("uberctx-a", "%20b"), ("uberctx-c", "d")]),
    (XRayPropagator(), [("X-Amzn-Trace-Id", "Root=1-12345678-901234567890123456789012;Parent=\(span);Sampled=1")]),
  ]

  @Test("random headers never stop the program, clear a context or give more than the limits allow", arguments: 0..<6)
  func random(index: Int) {
    let (propagator, headers) = Self.cases[index]
    var random = SeededRandom(seed: UInt64(index))
    let base = TraceContext(.example(flags: .random), baggage: ["kept": "1"])
    for _ in 0..<2000 {
      let hostile = headers.flatMap { header in
        let header = (name: header.name, value: Self.changed(header.value, &random))
        return random.oneIn(8) ? [header, header] : [header]
      }
      let context = propagator.extract(from: hostile, into: base)
      #expect(context.spanContext == base.spanContext || (context.spanContext.isValid && context.spanContext.isRemote))
      #expect(!context.baggage.isEmpty && context.baggage.count <= 181)
      #expect(context.spanContext.traceState.description.utf8.count <= 512)
      #expect(context.spanContext.traceState.members.count <= 32)
      Self.checkRoundTrip(context, propagator)
    }
  }

  /// Writes the context, reads it and writes it again: both times the headers are equal.
  private static func checkRoundTrip(_ context: TraceContext, _ propagator: any TextMapPropagator) {
    var written: [(name: String, value: String)] = []
    propagator.inject(context, into: &written)
    #expect(written.allSatisfy { $0.value.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 } })
    let once = propagator.extract(from: written, into: TraceContext())
    var again: [(name: String, value: String)] = []
    propagator.inject(once, into: &again)
    #expect(written.map(\.name) == again.map(\.name) && written.map(\.value) == again.map(\.value))
  }

  /// The value unchanged, or with bytes that are changed, cut or doubled, or followed by noise.
  private static func changed(_ value: String, _ random: inout SeededRandom) -> String {
    var bytes = Array(value.utf8)
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
      case 1 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 2 where place < bytes.count: bytes.remove(at: place)
      case 3: bytes.insert(contentsOf: Array(",;=-:% \t".utf8).shuffled(using: &random).prefix(2), at: place)
      case 4: bytes.removeSubrange(place...)
      case 5: bytes += bytes.prefix(2000)
      default:
        if random.oneIn(20) { bytes += (0..<9000).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
