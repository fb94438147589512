import TestThreads
import Testing

@testable import TelemetryCore

@Suite(.ownThreads) struct TimerQueueTests {
  private func at(_ nanoseconds: Int64) -> MonotonicInstant { .init(nanoseconds: nanoseconds) }

  @Test("a timer that is scheduled while others fire waits, and delays no earlier scheduled timer")
  func scheduledLater() {
    var queue = TimerQueue()
    _ = queue.schedule(.notify(.none), at: Deadline(at(5)))
    let end = queue.nextID
    let late = queue.schedule(.run {}, at: Deadline(at(1)))
    #expect(queue.removeDue(at: at(4), scheduledBefore: end) == nil)
    #expect(queue.removeDue(at: at(5), scheduledBefore: end) != nil)
    #expect(queue.removeDue(at: at(5), scheduledBefore: end) == nil)
    #expect(queue.count == 1 && queue.nextDeadline == Deadline(at(1)))
    #expect(queue.cancel(late) != nil && queue.cancel(late) == nil && queue.isEmpty)
  }

  @Test func theEndOfTheLoopKeepsTheTimersThatRunCode() {
    let log = EventLog()
    var queue = TimerQueue()
    _ = queue.schedule(.run {}, at: Deadline(at(1)))
    for second in [3, 1, 2] {
      _ = queue.schedule(.endWait { _ in log.add(second) }, at: Deadline(at(Int64(second))))
      _ = queue.schedule(.notify(.none), at: Deadline(at(Int64(second))))
    }
    for end in queue.loopEnded() { end(true) }
    #expect(log.all == [1, 2, 3] && queue.count == 1)
  }
}
