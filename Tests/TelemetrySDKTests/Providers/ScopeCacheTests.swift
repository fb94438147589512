import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct ScopeCacheTests {
  @Test("a tracer is kept while it is used, and released tracers don't accumulate")
  func release() throws {
    let provider = try TracerProvider(resource: .empty, processors: [])
    var cache = ScopeCache<TelemetryTracer>()
    var made = 0
    func tracer(_ name: String) -> TelemetryTracer {
      let scope = InstrumentationScope(name: name)
      return cache.object(of: scope) {
        made += 1
        return TelemetryTracer(scope, provider)
      }
    }
    let kept = tracer("kept")
    for index in 0..<1000 { _ = tracer("released.\(index)") }
    #expect(tracer("kept") === kept && made == 1001)
    #expect(cache.count <= 65)
    let all = (0..<1000).map { tracer("held.\($0)") }
    #expect(all.indices.allSatisfy { tracer("held.\($0)") === all[$0] } && made == 2001)
  }
}
