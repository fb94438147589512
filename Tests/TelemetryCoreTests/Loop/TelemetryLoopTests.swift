import Synchronization
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct TelemetryLoopTests {
  private func at(_ seconds: Int) -> Deadline { Deadline(.init(nanoseconds: Int64(seconds) * 1_000_000_000)) }

  @Test("a watch that the poller refuses leaves no registration")
  func watchThatFails() throws {
    let loop = TelemetryLoop(poller: try SystemPoller())
    weak var registered: CallbackHandler?
    do {
      let handler = CallbackHandler()
      registered = handler
      #expect(throws: SystemError.self) { try loop.watch(-1, handler) }
    }
    #expect(registered == nil)
  }

  @Test("timers fire in the order of their deadlines, equal ones in the order of scheduling")
  func timerOrder() {
    let loop = TelemetryLoop(poller: ManualPoller())
    let log = EventLog()
    for (number, second) in [3, 1, 2, 1, 5, 1].enumerated() { loop.schedule(at: at(second)) { log.add(number) } }
    let cancelled = loop.schedule(at: at(2)) { log.add(99) }
    #expect(loop.cancel(cancelled) && !loop.cancel(cancelled))
    loop.schedule(at: .never) { log.add(100) }
    loop.schedule(at: at(9)) { loop.stop() }
    loop.run()
    #expect(log.all == [1, 3, 5, 2, 0, 4])
    #expect(loop.now == at(9).instant)
  }

  @Test func aTimerThatFiredCantBeCancelled() {
    let loop = TelemetryLoop(poller: ManualPoller())
    let id = loop.schedule(at: at(1)) { loop.stop() }
    loop.run()
    #expect(!loop.cancel(id))
  }

  @Test("endless jobs starve neither sockets nor timers")
  func fairness() {
    let poller = ManualPoller()
    let loop = TelemetryLoop(poller: poller)
    let ready = Promise<Bool>()
    let token = loop.register(CallbackHandler { _ in ready.fulfil(true) })
    let fired = Promise<Bool>()
    loop.schedule(at: Deadline(.init(nanoseconds: 0))) { fired.fulfil(true) }
    poller.state.withLock { $0.ready = [ReadyEvent(token: token, readiness: .readable)] }
    Task(executorPreference: loop) {
      var rounds = 0
      while ready.current == nil || fired.current == nil {
        rounds += 1
        await Task.yield()
      }
      #expect(rounds < 100)
      loop.stop()
    }
    loop.run()
  }

  @Test("a timer that schedules further due timers delays no other work")
  func timerFlood() {
    let poller = ManualPoller()
    let loop = TelemetryLoop(poller: poller)
    let log = EventLog()
    let flood = Flood()
    flood.onTimer = { [unowned flood] in
      log.add(0)
      guard log.all.count < 1000 else { return loop.stop() }
      loop.schedule(at: Deadline(.init(nanoseconds: .min))) { flood.onTimer() }
    }
    let token = loop.register(
      CallbackHandler { _ in
        Task(executorPreference: loop) { loop.stop() }
      })
    poller.state.withLock { $0.ready = [ReadyEvent(token: token, readiness: .readable)] }
    loop.schedule(at: at(0)) { flood.onTimer() }
    loop.run()
    #expect(log.all.count < 10)
  }

  private final class Flood: @unchecked Sendable {
    var onTimer: () -> Void = {}
  }

  @Test("timers and sockets get their turn between a thousand jobs of one round")
  func jobFlood() {
    let poller = ManualPoller()
    let loop = TelemetryLoop(poller: poller)
    let log = EventLog()
    loop.schedule(at: at(0)) { log.add(-1) }
    let token = loop.register(CallbackHandler { _ in log.add(-2) })
    poller.state.withLock { $0.ready = [ReadyEvent(token: token, readiness: .readable)] }
    for number in 0..<1000 { Task(executorPreference: loop) { log.add(number) } }
    Task(executorPreference: loop) { loop.stop() }
    loop.run()
    #expect(log.all.filter { $0 >= 0 } == Array(0..<1000))
    #expect(log.all.prefix(130).contains(-1) && log.all.prefix(130).contains(-2))
  }

  @Test("a timer whose time has passed fires at once; a timer at the end of time delays nothing")
  func extremeTimers() {
    let loop = TelemetryLoop(poller: ManualPoller())
    let log = EventLog()
    let times: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1]
    for (number, nanoseconds) in times.enumerated() {
      loop.schedule(at: Deadline(.init(nanoseconds: nanoseconds))) { log.add(number) }
    }
    loop.schedule(at: .never) { log.add(99) }
    loop.schedule(at: Deadline(loop.now + .seconds(Int64.max))) { log.add(98) }
    loop.schedule(at: Deadline(.init(nanoseconds: .max - 1))) { loop.stop() }
    loop.run()
    #expect(log.all == [0, 1, 2, 3, 4, 5])
    #expect(loop.held.timers == 2)
  }

  @Test("a sleeping loop is woken once, a busy loop never")
  func wakes() async throws {
    let poller = ManualPoller()
    let loop = TelemetryLoop(poller: poller)
    let log = EventLog()
    let token = loop.register(CallbackHandler { readiness in log.add(Int(readiness.rawValue)) })
    loop.schedule(at: at(1)) {
      for _ in 0..<100 { loop.notify(token) }
      loop.schedule(at: loop.now == self.at(1).instant ? self.at(2) : self.at(3)) { loop.stop() }
    }
    let before = poller.wakes
    loop.run()
    #expect(log.all == [Int](repeating: 0, count: 100))
    #expect(poller.wakes - before <= 2)  // both by stop()
  }

  @Test func aNotifyingTimerReachesItsHandler() {
    let loop = TelemetryLoop(poller: ManualPoller())
    let token = loop.register(CallbackHandler { _ in loop.stop() })
    _ = loop.schedule(at: at(4), notifying: token)
    loop.run()
    #expect(loop.now == at(4).instant)
  }

  @Test("an ended loop calls its handlers, runs the tasks that they resume, and refuses notifications")
  func end() {
    let loop = TelemetryLoop(poller: ManualPoller())
    let promise = Promise<Int>()
    let log = EventLog()
    let token = loop.register(CallbackHandler({ _ in log.add(0) }, onEnd: { promise.fulfil(7) }))
    Task(executorPreference: loop) { log.add(await promise.value) }
    loop.stop()
    loop.run()
    loop.end()
    #expect(log.all == [7])
    #expect(!loop.notify(token))
    #expect(log.all == [7])
  }

  @Test func aCancelledSleepEndsAtOnce() {
    let loop = TelemetryLoop(poller: ManualPoller())
    Task(executorPreference: loop) {
      let task = Task(executorPreference: loop) { await loop.sleep(until: self.at(1000)) }
      await Task.yield()
      task.cancel()
      #expect(await task.value == false)
      #expect(await loop.sleep(until: self.at(2)))
      #expect(loop.now == self.at(2).instant)
      loop.stop()
    }
    loop.run()
  }
}
