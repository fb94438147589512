/// Carries a context from one process to another in headers.
///
/// Extracting never fails: headers that are missing or malformed leave the context unchanged, whatever their length and
/// content.
public protocol TextMapPropagator: Sendable {
  /// The headers that ``inject(_:into:using:)`` may set: a carrier that is used again is cleared of these.
  var fields: [String] { get }

  /// Writes the context into headers.
  func inject<Setter: TextMapSetter>(_ context: TraceContext, into carrier: inout Setter.Carrier, using setter: Setter)

  /// Reads a context from headers.
  /// - Returns: `context` with the parts that the headers hold, or `context` itself if the headers hold nothing valid.
  func extract<Getter: TextMapGetter>(
    from carrier: Getter.Carrier, into context: TraceContext, using getter: Getter
  ) -> TraceContext
}

extension TextMapPropagator {
  /// Writes the context into a dictionary of headers.
  public func inject(_ context: TraceContext = .current, into headers: inout [String: String]) {
    inject(context, into: &headers, using: DictionaryTextMap())
  }

  /// Reads a context from a dictionary of headers.
  public func extract(from headers: [String: String], into context: TraceContext = .current) -> TraceContext {
    extract(from: headers, into: context, using: DictionaryTextMap())
  }

  /// Writes the context into a list of headers.
  public func inject(_ context: TraceContext = .current, into headers: inout [(name: String, value: String)]) {
    inject(context, into: &headers, using: PairsTextMap())
  }

  /// Reads a context from a list of headers, where a name may stand more than once.
  public func extract(
    from headers: [(name: String, value: String)], into context: TraceContext = .current
  ) -> TraceContext {
    extract(from: headers, into: context, using: PairsTextMap())
  }
}
