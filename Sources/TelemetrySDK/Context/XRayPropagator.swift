/// AWS X-Ray's header `X-Amzn-Trace-Id`: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
public struct XRayPropagator: TextMapPropagator {
  private static let header = "X-Amzn-Trace-Id"

  /// Makes the propagator, which has no state.
  public init() {}

  /// `X-Amzn-Trace-Id`.
  public var fields: [String] { [Self.header] }

  /// Writes the header; nothing if the context holds no valid span.
  public func inject<Setter: TextMapSetter>(
    _ context: TraceContext, into carrier: inout Setter.Carrier, using setter: Setter
  ) {
    let span = context.spanContext
    guard span.isValid else { return }
    let traceID = span.traceID.description
    setter.set(
      "Root=1-\(traceID.prefix(8))-\(traceID.dropFirst(8));Parent=\(span.spanID);Sampled=\(span.isSampled ? 1 : 0)",
      for: Self.header, in: &carrier)
  }

  /// Reads the header. A header without a parent names no span and leaves the context unchanged; without a sampling
  /// state the span counts as not sampled.
  public func extract<Getter: TextMapGetter>(
    from carrier: Getter.Carrier, into context: TraceContext, using getter: Getter
  ) -> TraceContext {
    guard let span = getter.value(of: Self.header, in: carrier).flatMap({ Self.parse($0) }) else { return context }
    var context = context
    context.spanContext = span
    return context
  }

  private static func parse(_ header: String) -> SpanContext? {
    var (root, parent, sampled): (Substring?, Substring?, Substring?)
    for part in header.utf8.prefix(1024).split(separator: UInt8(ascii: ";")) {
      let part = HeaderText.trimmed(Substring(part))
      guard let equals = part.firstIndex(of: "=") else { continue }
      let value = part[part.index(after: equals)...]
      switch part[..<equals] {
      case "Root": root = value
      case "Parent": parent = value
      case "Sampled": sampled = value
      default: continue
      }
    }
    guard let traceID = root.flatMap({ Self.traceID($0) }), let spanID = parent.flatMap({ SpanID(hex: $0) }) else {
      return nil
    }
    let span = SpanContext(traceID: traceID, spanID: spanID, flags: sampled == "1" ? .sampled : [], isRemote: true)
    return span.isValid ? span : nil
  }

  /// Reads `1-{8 digits}-{24 digits}`.
  private static func traceID(_ root: Substring) -> TraceID? {
    let parts = root.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "1", parts[1].utf8.count == 8 else { return nil }
    return TraceID(hex: parts[1] + parts[2])
  }
}
