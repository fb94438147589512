import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct PromiseTests {
  private func at(_ seconds: Int) -> Deadline { Deadline(.init(nanoseconds: Int64(seconds) * 1_000_000_000)) }

  @Test func aPromiseCanBeAwaitedWithALimit() {
    let loop = TelemetryLoop(poller: ManualPoller())
    Task(executorPreference: loop) {
      let promise = Promise<Int>()
      #expect(await promise.value(until: self.at(1), on: loop) == nil)
      #expect(loop.now == self.at(1).instant)
      loop.schedule(at: self.at(2)) { promise.fulfil(3) }
      #expect(await promise.value(until: self.at(5), on: loop) == 3)
      #expect(loop.now == self.at(2).instant)
      #expect(!promise.fulfil(4) && promise.current == 3)
      #expect(await promise.value(until: .never, on: loop) == 3)
      loop.stop()
    }
    loop.run()
  }

  @Test("a value that arrives with the deadline, before the task runs again, isn't lost")
  func valueAtTheDeadline() {
    let loop = TelemetryLoop(poller: ManualPoller())
    Task(executorPreference: loop) {
      let promise = Promise<Int>()
      Task(executorPreference: loop) {
        // Scheduled after the wait's own timer, so it fires after that, in the same round.
        loop.schedule(at: self.at(1)) { promise.fulfil(3) }
      }
      #expect(await promise.value(until: self.at(1), on: loop) == 3)
      loop.stop()
    }
    loop.run()
  }
}
