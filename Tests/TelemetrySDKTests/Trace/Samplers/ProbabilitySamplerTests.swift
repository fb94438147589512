import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct ProbabilitySamplerTests {
  @Test("the right-most seven bytes of the trace id decide, and the threshold is written")
  func traceID() throws {
    let sampler = try ProbabilitySampler(ratio: 0.5)
    let sampled = sampler.ask(TraceID(high: 0, low: 0x0080_0000_0000_0000))
    #expect(sampled.decision == .recordAndSample && sampled.traceState?.description == "ot=th:8")
    let dropped = sampler.ask(TraceID(high: .max, low: 0xFF7F_FFFF_FFFF_FFFF))
    #expect(dropped.decision == .drop && dropped.traceState == nil)
    #expect(try ProbabilitySampler(ratio: 1).ask().traceState?.description == "ot=th:0")
  }

  @Test("the explicit randomness wins over the trace id and stays")
  func explicitRandomness() throws {
    let sampler = try ProbabilitySampler(ratio: 0.5)
    let high = TraceID(high: .max, low: .max)
    let low = TraceState("ot=rv:7fffffffffffff;th:4,vendor=1")!
    let dropped = sampler.ask(high, parent: .example(traceState: low))
    #expect(dropped.decision == .drop && dropped.traceState?.description == "ot=rv:7fffffffffffff,vendor=1")
    let enough = TraceState("vendor=1,ot=rv:80000000000000;th:c")!
    let sampled = sampler.ask(TraceID(high: 1, low: 0), parent: .example(traceState: enough))
    #expect(sampled.decision == .recordAndSample)
    #expect(sampled.traceState?.description == "ot=th:8;rv:80000000000000,vendor=1")
  }

  @Test func aDroppedSpanKeepsAStateWithoutThreshold() throws {
    let state = TraceState("vendor=1")!
    let result = try ProbabilitySampler(ratio: 0.5).ask(TraceID(high: 1, low: 0), parent: .example(traceState: state))
    #expect(result.decision == .drop && result.traceState == state)
  }

  @Test func aParentWithoutRandomFlagIsWarnedAboutOnce() throws {
    let warnings = CollectedWarnings()
    let sampler = try ProbabilitySampler(ratio: 0.5, diagnostics: warnings.diagnostics)
    _ = sampler.ask()
    _ = sampler.ask(parent: .example(flags: [.sampled, .random]))
    _ = sampler.ask(parent: .example(traceState: TraceState("ot=rv:7fffffffffffff")!))
    #expect(warnings.count == 0)
    for _ in 0..<3 { _ = sampler.ask(parent: .example(flags: .sampled)) }
    #expect(warnings.count == 1)
  }

  @Test("the share of sampled traces is the ratio")
  func share() throws {
    var random = SeededRandom(seed: 6)
    let sampler = try ProbabilitySampler(ratio: 0.1)
    let count = (0..<10_000).count { _ in sampler.ask(TraceID(high: 1, low: random.next())).decision == .recordAndSample
    }
    #expect((850...1150).contains(count))
    #expect("\(sampler)" == "ProbabilitySampler{0.100000}")
  }

  @Test(arguments: [0, -1, 1.1, 0x1p-57, .nan]) func otherRatiosAreRefused(ratio: Double) {
    #expect(throws: ConfigurationError.self) { try ProbabilitySampler(ratio: ratio) }
  }
}
