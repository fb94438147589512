import TelemetryCore
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct LatencyHistogramTests {
  @Test func percentilesAreExactToThreePercent() {
    var histogram = LatencyHistogram()
    for value in 1...1000 { histogram.record(.microseconds(value * 10)) }
    for (share, expected) in [(0.5, 5000.0), (0.99, 9900.0), (1, 10_000)] {
      let found = Double(histogram.percentile(share).clampedNanoseconds) / 1000
      #expect(abs(found - expected) / expected < 0.032)
    }
    #expect(histogram.percentile(1) <= .milliseconds(10))
    #expect(LatencyHistogram().percentile(0.5) == .zero)
    var extreme = LatencyHistogram()
    extreme.record(.nanoseconds(Int64.max))
    extreme.record(.nanoseconds(-5))
    #expect(extreme.percentile(0.5) == .zero)
  }

  @Test func noPercentileExceedsTheLongestLatency() {
    var first = LatencyHistogram()
    var second = LatencyHistogram()
    for value in [1, 33, 1000, 1025, 40_140_000_000] as [Int64] {
      var single = LatencyHistogram()
      single.record(.nanoseconds(value))
      #expect(single.percentile(0.5) <= .nanoseconds(value))
      first.record(.nanoseconds(value / 2))
      second.record(.nanoseconds(value))
    }
    first.add(second)
    #expect(first.percentile(1) <= .nanoseconds(40_140_000_000))
  }
}
