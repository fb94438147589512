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
    #expect(LatencyHistogram().percentile(0.5) == .zero)
    var extreme = LatencyHistogram()
    extreme.record(.nanoseconds(Int64.max))
    extreme.record(.nanoseconds(-5))
    #expect(extreme.percentile(0.5) == .zero)
  }
}
