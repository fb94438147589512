import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// The export time, in which outages don't count.
@Suite(.ownThreads) struct UptimeClockTests {
  private var clock = UptimeClock()

  private func at(_ seconds: Int64) -> MonotonicInstant { .init(nanoseconds: seconds * 1_000_000_000) }

  @Test mutating func withoutAnOutageTheClockIsTheTime() {
    let allowance = clock.allowance(.seconds(30), at: at(100))
    for now in [100, 120, 131] as [Int64] { #expect(clock.deadline(allowance, at: at(now)) == Deadline(at(130))) }
    clock.callAnswered(at: at(110))
    #expect(clock.deadline(allowance, at: at(131)) == Deadline(at(130)))
  }

  @Test mutating func anOutageDoesNotCount() {
    let allowance = clock.allowance(.seconds(30), at: at(100))
    clock.callAnswered(at: at(101))
    clock.callFailed(since: at(105))
    #expect(clock.isDown && clock.deadline(allowance, at: at(500)) == .never)
    clock.callFailed(since: at(300))
    clock.callAnswered(at: at(1000))
    // 5 s before the outage count, and the time after.
    #expect(clock.deadline(allowance, at: at(1000)) == Deadline(at(1025)))
    #expect(clock.deadline(allowance, at: at(1020)) == Deadline(at(1025)))
    clock.callFailed(since: at(1020))
    clock.callAnswered(at: at(1030))
    #expect(clock.deadline(allowance, at: at(1030)) == Deadline(at(1035)))
  }

  @Test mutating func anOutageBeginsAtTheFailedCallOrTheLastResponse() {
    clock.callAnswered(at: at(50))
    clock.callFailed(since: at(40))
    #expect(clock.downSince == at(50))
    clock.callAnswered(at: at(60))
    clock.callFailed(since: at(70))
    #expect(clock.downSince == at(70))
  }

  @Test mutating func anExportThatBeganInAnUndetectedOutageHasItsWholeTime() {
    let allowance = clock.allowance(.seconds(30), at: at(105))
    clock.callFailed(since: at(100))
    let inOutage = clock.allowance(.seconds(30), at: at(150))
    clock.callAnswered(at: at(200))
    #expect(clock.deadline(allowance, at: at(200)) == Deadline(at(230)))
    #expect(clock.deadline(inOutage, at: at(200)) == Deadline(at(230)))
  }

  @Test mutating func aServerThatAnswersOthersIsUp() {
    // One batch gets no response ten times; others get a response a second later each time.
    let allowance = clock.allowance(.seconds(30), at: at(0))
    for round in 0..<10 as Range<Int64> {
      clock.callAnswered(at: at(round * 10 + 9))
      clock.callFailed(since: at(round * 10))
      clock.callAnswered(at: at(round * 10 + 11))
    }
    #expect(clock.deadline(allowance, at: at(101)) < Deadline(at(60)))
  }

  @Test mutating func extremes() {
    let never = clock.allowance(.seconds(Int64.max), at: at(1))
    #expect(clock.deadline(never, at: at(1)) == .never)
    let past = clock.allowance(.seconds(-5), at: at(1))
    #expect(clock.deadline(past, at: at(1)) == Deadline(at(1)))
  }
}
