/// The headers of OpenTracing's basic tracers: `ot-tracer-traceid`, `ot-tracer-spanid`, `ot-tracer-sampled`, and
/// `ot-baggage-{name}` for each entry of the baggage. The specification deprecates them in favour of W3C trace context.
///
/// Of a trace id the last 16 digits alone are written, since these tracers know no more: the next service has another trace
/// id, unless the first half is zero.
public struct OTTracePropagator: TextMapPropagator {
  private static let (traceID, spanID, sampled) = ("ot-tracer-traceid", "ot-tracer-spanid", "ot-tracer-sampled")
  private static let baggage = BaggageHeaders(
    prefix: "ot-baggage-", encode: { $0.utf8.allSatisfy(\.isPrintableASCII) ? $0 : nil }, decode: { String($0) })

  /// Makes the propagator, which has no state.
  public init() {}

  /// The three headers of the span; the names of the baggage's headers depend on its entries.
  public var fields: [String] { [Self.traceID, Self.spanID, Self.sampled] }

  /// Writes the span if it is valid, and the baggage whose values are printable ASCII.
  public func inject<Setter: TextMapSetter>(
    _ context: TraceContext, into carrier: inout Setter.Carrier, using setter: Setter
  ) {
    let span = context.spanContext
    if span.isValid {
      setter.set(String(span.traceID.description.suffix(16)), for: Self.traceID, in: &carrier)
      setter.set(span.spanID.description, for: Self.spanID, in: &carrier)
      setter.set(span.isSampled ? "true" : "false", for: Self.sampled, in: &carrier)
    }
    Self.baggage.inject(context.baggage, into: &carrier, using: setter)
  }

  /// Reads the span and adds the baggage to that of the context. Leading zeros of ids may be missing.
  public func extract<Getter: TextMapGetter>(
    from carrier: Getter.Carrier, into context: TraceContext, using getter: Getter
  ) -> TraceContext {
    var context = context
    if let span = Self.span(carrier, getter) { context.spanContext = span }
    let baggage = Self.baggage.extract(from: carrier, into: context.baggage, using: getter)
    if baggage != context.baggage { context.baggage = baggage }
    return context
  }

  private static func span<Getter: TextMapGetter>(_ carrier: Getter.Carrier, _ getter: Getter) -> SpanContext? {
    guard let trace = getter.value(of: traceID, in: carrier), (1...32).contains(trace.utf8.count),
      let traceID = TraceID(hex: String(repeating: "0", count: 32 - trace.utf8.count) + trace),
      let spanID = getter.value(of: spanID, in: carrier).flatMap({ HeaderText.hexadecimal($0, maxCount: 16) })
    else { return nil }
    let isSampled = getter.value(of: sampled, in: carrier) == "true"
    let span = SpanContext(
      traceID: traceID, spanID: SpanID(spanID), flags: isSampled ? .sampled : [], isRemote: true)
    return span.isValid ? span : nil
  }
}
