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

  @Test("a reading of the wall clock serves the traces of 100 µs")
  func wallReadings() {
    let offset = WallClockOffset()
    var readings = 0
    func value(at monotonic: UInt64, wall: UInt64) -> UInt64 {
      offset.value(at: monotonic) {
        readings += 1
        return wall
      }
    }
    #expect(value(at: 1_000, wall: 501_000) == 500_000)
    #expect(value(at: 1_000 + WallClockOffset.validity - 1, wall: 0) == 500_000)
    #expect(readings == 1)
    // The wall clock was set back.
    #expect(value(at: 1_000 + WallClockOffset.validity, wall: 3_000) == 2_000 &- WallClockOffset.validity)
    #expect(value(at: 2_000 + WallClockOffset.validity, wall: 0) == 2_000 &- WallClockOffset.validity)
    #expect(readings == 2)
  }

  @Test("roots that many threads start have the wall clock's time")
  func manyThreads() async {
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<20_000 {
            let now = TraceClock.start().now
            let difference = Int64(bitPattern: now &- TraceClock.wallNanoseconds)
            if abs(difference) > 1_000_000_000 { Issue.record("\(difference) ns away") }
          }
        }
      }
    }
  }
}
