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
}
