/// Jaeger's headers: `uber-trace-id`, and `uberctx-{name}` for each entry of the baggage. The specification deprecates
/// them in favour of W3C trace context.
public struct JaegerPropagator: TextMapPropagator {
  private static let header = "uber-trace-id"
  private static let baggage = BaggageHeaders(
    prefix: "uberctx-", encode: { HeaderText.percentEncoded($0) }, decode: { PercentEncoding.text($0) })
  private static let (sampledFlag, debugFlag): (UInt64, UInt64) = (1, 2)

  /// Makes the propagator, which has no state.
  public init() {}

  /// `uber-trace-id`; the names of the baggage's headers depend on its entries.
  public var fields: [String] { [Self.header] }

  /// Writes the span's ids and flags if the span is valid, and the baggage.
  public func inject<Setter: TextMapSetter>(
    _ context: TraceContext, into carrier: inout Setter.Carrier, using setter: Setter
  ) {
    let span = context.spanContext
    if span.isValid {
      let flags = context.isDebug ? Self.sampledFlag | Self.debugFlag : span.isSampled ? Self.sampledFlag : 0
      setter.set("\(span.traceID):\(span.spanID):0:\(flags)", for: Self.header, in: &carrier)
    }
    Self.baggage.inject(context.baggage, into: &carrier, using: setter)
  }

  /// Reads the span and adds the baggage to that of the context.
  public func extract<Getter: TextMapGetter>(
    from carrier: Getter.Carrier, into context: TraceContext, using getter: Getter
  ) -> TraceContext {
    var context = context
    if let (span, isDebug) = getter.value(of: Self.header, in: carrier).flatMap({ Self.parse($0) }) {
      context.spanContext = span
      if isDebug != context.isDebug { context.isDebug = isDebug }
    }
    let baggage = Self.baggage.extract(from: carrier, into: context.baggage, using: getter)
    if baggage != context.baggage { context.baggage = baggage }
    return context
  }

  /// Reads `{trace id}:{span id}:{parent's span id}:{flags}`, maybe percent-encoded. Leading zeros may be missing, and
  /// the parent is ignored.
  ///
  /// The debug flag counts beside the sampled flag alone, as Jaeger requires: the SDK for Python writes the W3C's random
  /// flag, which has the same bit.
  private static func parse(_ header: String) -> (SpanContext, isDebug: Bool)? {
    let text = PercentEncoding.text(HeaderText.trimmed(Substring(header.utf8.prefix(256))))
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 4, (1...32).contains(parts[0].utf8.count),
      let spanID = HeaderText.hexadecimal(parts[1], maxCount: 16),
      let flags = HeaderText.hexadecimal(parts[3], maxCount: 2),
      let traceID = TraceID(hex: String(repeating: "0", count: 32 - parts[0].utf8.count) + parts[0])
    else { return nil }
    let isSampled = flags & sampledFlag != 0
    let span = SpanContext(
      traceID: traceID, spanID: SpanID(spanID), flags: isSampled ? .sampled : [], isRemote: true)
    return span.isValid ? (span, isSampled && flags & debugFlag != 0) : nil
  }
}
