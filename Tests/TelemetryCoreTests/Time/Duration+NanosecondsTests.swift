import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct DurationNanosecondsTests {
  @Test func nanosecondsAreClamped() {
    #expect(Duration.seconds(Int64.max).clampedNanoseconds == .max)
    #expect(Duration.seconds(Int64.min).clampedNanoseconds == .min)
    #expect(Duration.milliseconds(-1).clampedNanoseconds == -1_000_000)
  }
}
