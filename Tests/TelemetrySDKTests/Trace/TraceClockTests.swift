import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct TraceClockTests {
  @Test func theTimeIsTheWallClocksAtTheRoot() {
    let difference = Int64(bitPattern: TraceClock().now &- TraceClock.wallNanoseconds)
    #expect(abs(difference) < 1_000_000_000)
  }

  @Test("time never goes back, whatever the wall clock says")
  func monotonic() {
    let clock = TraceClock()
    var last = clock.now
    for _ in 0..<10_000 {
      let now = clock.now
      #expect(now >= last)
      last = now
    }
  }

  @Test func theMonotonicClockCountsFromTheWallTime() {
    let clock = TraceClock(wall: 1_000, monotonic: 400)
    #expect(clock.offset == 600)
    #expect(TraceClock(wall: 5, monotonic: 10).offset &+ 10 == 5)
  }
}
