/// The encoded fields of a `ResourceSpans` or `ScopeSpans` around its items.
struct ScopeHeader: Sendable {
  /// `Resource` or `InstrumentationScope` as field 1, or nothing if it is empty.
  var owner: [UInt8] = []
  /// `schema_url` as field 3, or nothing if it is empty.
  var schemaURL: [UInt8] = []

  var count: Int { owner.count + schemaURL.count }
}
