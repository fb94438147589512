/// Baggage with a header for each entry: a prefix and the entry's name.
struct BaggageHeaders {
  let prefix: String
  /// The header's value for an entry's value; nil if a header can't hold the value.
  let encode: @Sendable (String) -> String?
  let decode: @Sendable (Substring) -> String

  /// Writes the entries whose names are tokens, as far as the limit of baggage goes.
  func inject<Setter: TextMapSetter>(_ baggage: Baggage, into carrier: inout Setter.Carrier, using setter: Setter) {
    var limit = BaggageLimit()
    for entry in baggage where HeaderText.isToken(entry.name) {
      guard let value = encode(entry.value), limit.admits(entry.name.utf8.count + value.utf8.count) else { continue }
      setter.set(value, for: prefix + entry.name, in: &carrier)
    }
  }

  /// Adds the entries of the headers to `baggage`.
  func extract<Getter: TextMapGetter>(
    from carrier: Getter.Carrier, into baggage: Baggage, using getter: Getter
  ) -> Baggage {
    var baggage = baggage
    var limit = BaggageLimit()
    // The number of look-ups is bounded: each may search the whole carrier.
    for key in getter.keys(in: carrier).lazy.filter({ name(of: $0) != nil }).prefix(BaggageLimit.maxMembers) {
      guard let name = name(of: key), let value = getter.value(of: key, in: carrier),
        limit.admits(name.utf8.count + value.utf8.count)
      else { continue }
      baggage[name] = decode(value[...])
    }
    return baggage
  }

  /// The name of the entry in a header; nil for any other header.
  private func name(of key: String) -> String? {
    let name = key.dropFirst(prefix.count)
    guard HeaderText.isSameName(key.prefix(prefix.count), prefix), HeaderText.isToken(name) else { return nil }
    return String(name)
  }
}
