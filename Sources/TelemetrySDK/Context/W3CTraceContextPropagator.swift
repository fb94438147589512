/// The `traceparent` and `tracestate` headers (W3C Trace Context, Level 2).
public struct W3CTraceContextPropagator: TextMapPropagator {
  private static let (parent, state) = ("traceparent", "tracestate")
  /// Version, trace id, span id and flags with hyphens between them.
  private static let length = 55

  /// Makes the propagator, which has no state.
  public init() {}

  /// `traceparent` and `tracestate`.
  public var fields: [String] { [Self.parent, Self.state] }

  /// Writes `traceparent`, and `tracestate` unless it is empty; nothing if the context holds no valid span.
  public func inject<Setter: TextMapSetter>(
    _ context: TraceContext, into carrier: inout Setter.Carrier, using setter: Setter
  ) {
    let span = context.spanContext
    guard span.isValid else { return }
    let flags = span.flags.intersection([.sampled, .random])
    setter.set("00-\(span.traceID)-\(span.spanID)-\(flags)", for: Self.parent, in: &carrier)
    if !span.traceState.isEmpty { setter.set(span.traceState.description, for: Self.state, in: &carrier) }
  }

  /// Reads both headers. A malformed `tracestate` is ignored; a malformed or repeated `traceparent` leaves the
  /// context unchanged.
  public func extract<Getter: TextMapGetter>(
    from carrier: Getter.Carrier, into context: TraceContext, using getter: Getter
  ) -> TraceContext {
    let headers = getter.values(of: Self.parent, in: carrier)
    guard headers.count == 1, var span = Self.parse(headers[0]) else { return context }
    span.traceState = TraceState(headers: getter.values(of: Self.state, in: carrier)) ?? TraceState()
    var context = context
    context.spanContext = span
    return context
  }

  private static func parse(_ header: String) -> SpanContext? {
    let bytes = Array(HeaderText.trimmed(header.utf8[...]).prefix(length + 1))
    guard bytes.count >= length, bytes[..<length].allSatisfy({ $0 == hyphen || HeaderText.isLowercaseOrDigit($0) }),
      bytes[2] == hyphen, bytes[35] == hyphen, bytes[52] == hyphen, bytes.count == length || bytes[length] == hyphen,
      let version = Hexadecimal.number(bytes[0..<2]), version != 0xFF, version > 0 || bytes.count == length,
      let high = Hexadecimal.number(bytes[3..<19]), let low = Hexadecimal.number(bytes[19..<35]),
      let spanID = Hexadecimal.number(bytes[36..<52]), let flags = Hexadecimal.number(bytes[53..<55])
    else { return nil }
    let span = SpanContext(
      traceID: TraceID(high: high, low: low), spanID: SpanID(spanID),
      flags: TraceFlags(rawValue: UInt8(flags)).intersection([.sampled, .random]), isRemote: true)
    return span.isValid ? span : nil
  }

  private static let hyphen = UInt8(ascii: "-")
}
