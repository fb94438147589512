/// The B3 headers of Zipkin: `b3`, or `X-B3-TraceId` and others. Both forms are read, the single header first.
///
/// Trace ids of 64 bits are taken over with zeros in front. Without a sampling state a span counts as not sampled.
public struct B3Propagator: TextMapPropagator {
  private static let single = "b3"
  private static let (traceID, spanID) = ("X-B3-TraceId", "X-B3-SpanId")
  private static let (sampled, flags) = ("X-B3-Sampled", "X-B3-Flags")

  /// True if `X-B3-TraceId` and others are written in place of `b3`.
  private let injectsMultipleHeaders: Bool

  /// Makes a propagator.
  /// - Parameter injectsMultipleHeaders: True to write `X-B3-TraceId` and others in place of `b3`; false by default.
  public init(injectsMultipleHeaders: Bool = false) { self.injectsMultipleHeaders = injectsMultipleHeaders }

  /// `b3`, or the names of the several headers.
  public var fields: [String] {
    injectsMultipleHeaders ? [Self.traceID, Self.spanID, Self.sampled, Self.flags] : [Self.single]
  }

  /// Writes the ids and the sampling state; nothing if the context holds no valid span.
  public func inject<Setter: TextMapSetter>(
    _ context: TraceContext, into carrier: inout Setter.Carrier, using setter: Setter
  ) {
    let span = context.spanContext
    guard span.isValid else { return }
    let isSampled = span.isSampled ? "1" : "0"
    guard injectsMultipleHeaders else {
      let state = context.isDebug ? "d" : isSampled
      return setter.set("\(span.traceID)-\(span.spanID)-\(state)", for: Self.single, in: &carrier)
    }
    setter.set("\(span.traceID)", for: Self.traceID, in: &carrier)
    setter.set("\(span.spanID)", for: Self.spanID, in: &carrier)
    // Debug implies sampled, which is then not written too (B3 propagation, Debug flag).
    if context.isDebug {
      setter.set("1", for: Self.flags, in: &carrier)
    } else {
      setter.set(isSampled, for: Self.sampled, in: &carrier)
    }
  }

  /// Reads the single header, or else the others.
  public func extract<Getter: TextMapGetter>(
    from carrier: Getter.Carrier, into context: TraceContext, using getter: Getter
  ) -> TraceContext {
    let found =
      getter.value(of: Self.single, in: carrier).flatMap { Self.parseSingle($0) }
      ?? Self.parse(
        getter.value(of: Self.traceID, in: carrier), getter.value(of: Self.spanID, in: carrier),
        state: getter.value(of: Self.flags, in: carrier) == "1" ? "d" : getter.value(of: Self.sampled, in: carrier))
    guard let (span, isDebug) = found else { return context }
    var context = context
    context.spanContext = span
    if isDebug != context.isDebug { context.isDebug = isDebug }
    return context
  }

  /// Reads `{trace id}-{span id}`, then maybe `-{sampling state}`, then maybe `-{parent's span id}`, which is ignored.
  private static func parseSingle(_ header: String) -> (SpanContext, isDebug: Bool)? {
    let parts = HeaderText.trimmed(header.utf8.prefix(128)[...]).split(
      separator: UInt8(ascii: "-"), omittingEmptySubsequences: false
    ).map { String(Substring($0)) }
    guard (2...4).contains(parts.count) else { return nil }
    return parse(parts[0], parts[1], state: parts.count > 2 ? parts[2] : nil)
  }

  private static func parse(
    _ traceID: String?, _ spanID: String?, state: String?
  ) -> (SpanContext, isDebug: Bool)? {
    guard let traceID, [16, 32].contains(traceID.utf8.count), let spanID = spanID.flatMap({ SpanID(hex: $0) }),
      let traceID = TraceID(hex: traceID.utf8.count == 16 ? "0000000000000000\(traceID)" : traceID)
    else { return nil }
    let isSampled: Bool? =
      switch state {
      case "1", "true", "d": true
      case nil, "0", "false": false
      default: nil
      }
    guard let isSampled else { return nil }
    let span = SpanContext(traceID: traceID, spanID: spanID, flags: isSampled ? .sampled : [], isRemote: true)
    return span.isValid ? (span, state == "d") : nil
  }
}
