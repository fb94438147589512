/// The `baggage` header (W3C Baggage).
///
/// At most 180 entries and 8192 bytes are read and written; an entry that doesn't fit is left out whole.
public struct W3CBaggagePropagator: TextMapPropagator {
  private static let header = "baggage"

  /// Makes the propagator, which has no state.
  public init() {}

  /// `baggage`.
  public var fields: [String] { [Self.header] }

  /// Writes the entries with names that are tokens; nothing without such entries.
  public func inject<Setter: TextMapSetter>(
    _ context: TraceContext, into carrier: inout Setter.Carrier, using setter: Setter
  ) {
    var limit = BaggageLimit()
    let members = context.baggage.compactMap { Self.member($0) }.filter { limit.admits($0.utf8.count) }
    let header = members.joined(separator: ",")
    if !header.isEmpty { setter.set(header, for: Self.header, in: &carrier) }
  }

  /// Reads the entries, which replace the baggage of the context. Malformed entries are left out; of equal names the
  /// last wins.
  public func extract<Getter: TextMapGetter>(
    from carrier: Getter.Carrier, into context: TraceContext, using getter: Getter
  ) -> TraceContext {
    var limit = BaggageLimit()
    var baggage = Baggage()
    for header in getter.values(of: Self.header, in: carrier) {
      for member in BaggageLimit.wholeMembers(header) {
        guard limit.admits(member.utf8.count) else { break }
        if let entry = Self.entry(member) { baggage.set(entry) }
      }
    }
    guard !baggage.isEmpty else { return context }
    var context = context
    context.baggage = baggage
    return context
  }

  private static func member(_ entry: Baggage.Entry) -> String? {
    guard HeaderText.isToken(entry.name) else { return nil }
    let member = "\(entry.name)=\(HeaderText.percentEncoded(entry.value))"
    let metadata = HeaderText.trimmed(entry.metadata[...])
    return metadata.isEmpty || !areProperties(metadata) ? member : "\(member);\(metadata)"
  }

  private static func entry(_ member: Substring) -> Baggage.Entry? {
    let parts = member.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
    guard let (name, value) = pair(parts[0]) else { return nil }
    let metadata = parts.count > 1 ? HeaderText.trimmed(parts[1]) : ""
    guard metadata.isEmpty || areProperties(metadata) else { return nil }
    return Baggage.Entry(String(name), PercentEncoding.text(value), metadata: String(metadata))
  }

  /// True if the text is a list of `key=value` and `key` with semicolons between them.
  private static func areProperties(_ text: Substring) -> Bool {
    text.split(separator: ";", omittingEmptySubsequences: false).allSatisfy { property in
      property.utf8.contains(UInt8(ascii: "="))
        ? pair(property) != nil : HeaderText.isToken(HeaderText.trimmed(property))
    }
  }

  private static func pair(_ text: Substring) -> (Substring, Substring)? {
    guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let name = HeaderText.trimmed(text[..<equals])
    let value = HeaderText.trimmed(text[text.utf8.index(after: equals)...])
    return HeaderText.isToken(name) && value.utf8.allSatisfy(HeaderText.isBaggageOctet) ? (name, value) : nil
  }
}
