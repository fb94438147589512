import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct TraceIDRatioSamplerTests {
  @Test(
    "the description has the ratio in six digits or more",
    arguments: [
      (0.0001, "0.000100"), (0, "0.000000"), (1, "1.000000"), (0.5, "0.500000"), (0.1, "0.100000"),
      (1e-7, "0.0000001"), (1.5e-7, "0.00000015"), (0.123456789, "0.123456789"), (1.0 / 3, "0.3333333333333333"),
    ] as [(Double, String)])
  func descriptions(ratio: Double, text: String) throws {
    #expect(try "\(TraceIDRatioSampler(ratio: ratio))" == "TraceIdRatioBased{\(text)}")
  }

  @Test("the share of sampled traces is the ratio, and a higher ratio samples all that a lower one does")
  func shares() throws {
    var random = SeededRandom(seed: 5)
    let ids = (0..<10_000).map { _ in TraceID(high: random.next(), low: random.next()) }
    var last: Set<TraceID> = []
    for ratio in [0, 0.01, 0.1, 0.25, 0.5, 0.9, 1] {
      let sampler = try TraceIDRatioSampler(ratio: ratio, diagnostics: .silent)
      let sampled = ids.filter { sampler.ask($0).decision == .recordAndSample }
      #expect(abs(Double(sampled.count) / 10_000 - ratio) < 0.03 && last.isSubset(of: sampled))
      last = Set(sampled)
    }
    #expect(last.count == 10_000)
  }

  @Test func theBoundsAreExact() throws {
    let half = try TraceIDRatioSampler(ratio: 0.5)
    #expect(half.ask(TraceID(high: .max, low: 1 << 63 - 1)).decision == .recordAndSample)
    #expect(half.ask(TraceID(high: 1, low: 1 << 63)).decision == .drop)
    let all = try TraceIDRatioSampler(ratio: 1)
    let none = try TraceIDRatioSampler(ratio: 0)
    #expect(all.ask(TraceID(high: 1, low: .max)).decision == .recordAndSample)
    #expect(none.ask(TraceID(high: 1, low: 0)).decision == .drop)
    let almost = try TraceIDRatioSampler(ratio: 1 - 0x1p-53)
    #expect(almost.ask(TraceID(high: 1, low: .max)).decision == .drop)
  }

  @Test func theParentsDecisionIsIgnoredWithOneWarning() throws {
    let warnings = CollectedWarnings()
    let sampler = try TraceIDRatioSampler(ratio: 0.5, diagnostics: warnings.diagnostics)
    let sampled = TraceID(high: 1, low: 1)
    #expect(sampler.ask(sampled).decision == .recordAndSample && warnings.count == 0)
    for _ in 0..<3 { #expect(sampler.ask(sampled, parent: .example(flags: [])).decision == .recordAndSample) }
    #expect(warnings.count == 1 && warnings.lines[0].contains("TraceIdRatioBased"))
  }

  @Test(arguments: [-0.1, 1.1, .nan, .infinity]) func otherRatiosAreRefused(ratio: Double) {
    let error = #expect(throws: ConfigurationError.self) { try TraceIDRatioSampler(ratio: ratio) }
    #expect(error?.option == "ratio")
  }
}
