/// The tracers of a provider that are in use, by scope. The references are weak: a tracer holds its provider, which would
/// otherwise never be released.
struct TracerCache {
  private struct Entry {
    weak var tracer: TelemetryTracer?
  }

  private var entries: [InstrumentationScope: Entry] = [:]
  /// The number of entries at which released tracers are removed.
  private var nextSweep = 64

  var count: Int { entries.count }

  mutating func tracer(of scope: InstrumentationScope, _ make: () -> TelemetryTracer) -> TelemetryTracer {
    if let known = entries[scope]?.tracer { return known }
    if entries.count >= nextSweep {
      entries = entries.filter { $0.value.tracer != nil }
      nextSweep = max(64, 2 * entries.count)
    }
    let tracer = make()
    entries[scope] = Entry(tracer: tracer)
    return tracer
  }
}
