import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct MonotonicInstantTests {
  @Test func instantsSaturate() {
    let late = MonotonicInstant(nanoseconds: .max - 10)
    let early = MonotonicInstant(nanoseconds: .min + 10)
    #expect((late + .seconds(1)).nanoseconds == .max && (early + .seconds(-1)).nanoseconds == .min)
    #expect(late - early == .nanoseconds(Int64.max) && early - late == .nanoseconds(Int64.min))
  }
}
