/// The tracers or loggers of a provider that are in use, by scope. The references are weak: a tracer holds its provider, which
/// would otherwise never be released.
struct ScopeCache<Object: AnyObject & Sendable> {
  private struct Entry {
    weak var object: Object?
  }

  private var entries: [InstrumentationScope: Entry] = [:]
  /// The number of entries at which released objects are removed.
  private var nextSweep = 64

  var count: Int { entries.count }

  /// The object of a scope if there is one.
  func known(_ scope: InstrumentationScope) -> Object? { entries[scope]?.object }

  mutating func object(of scope: InstrumentationScope, _ make: () -> Object) -> Object {
    if let known = entries[scope]?.object { return known }
    if entries.count >= nextSweep {
      entries = entries.filter { $0.value.object != nil }
      nextSweep = max(64, 2 * entries.count)
    }
    let object = make()
    entries[scope] = Entry(object: object)
    return object
  }
}
