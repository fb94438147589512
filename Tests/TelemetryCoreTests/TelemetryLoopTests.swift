import Synchronization
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct TelemetryLoopTests {
  final class ManualPoller: Poller {
    struct State {
      var now = MonotonicInstant(nanoseconds: 0)
      var woken = false
      var wakes = 0
      var polls = 0
      var ready: [ReadyEvent] = []
    }
    let state = Mutex(State())
    var now: MonotonicInstant { state.withLock { $0.now } }
    var wakes: Int { state.withLock { $0.wakes } }
    var polls: Int { state.withLock { $0.polls } }

    func wait(until deadline: Deadline, at now: MonotonicInstant, into events: inout [ReadyEvent]) {
      let ready = state.withLock { state -> [ReadyEvent] in
        state.polls += 1
        defer {
          state.woken = false
          state.ready = []
        }
        guard !state.woken, state.ready.isEmpty, !deadline.hasPassed(at: state.now) else { return state.ready }
        precondition(!deadline.isNever, "the test hangs")
        state.now = deadline.instant
        return []
      }
      events += ready
    }

    func wake() {
      state.withLock { state in
        state.woken = true
        state.wakes += 1
      }
    }

    func add(descriptor: Int32, token: HandlerToken) throws(SystemError) {}
    func remove(descriptor: Int32) {}
  }

  final class Log: Sendable {
    private let entries = Mutex<[Int]>([])
    var all: [Int] { entries.withLock { $0 } }
    func add(_ entry: Int) { entries.withLock { $0.append(entry) } }
  }

  final class Handler: LoopHandler {
    let onReady: @Sendable (Readiness) -> Void
    let onEnd: @Sendable () -> Void
    init(_ onReady: @escaping @Sendable (Readiness) -> Void, onEnd: @escaping @Sendable () -> Void = {}) {
      self.onReady = onReady
      self.onEnd = onEnd
    }
    func ready(_ readiness: Readiness) { onReady(readiness) }
    func loopEnded() { onEnd() }
  }

  private func at(_ seconds: Int) -> Deadline { Deadline(.init(nanoseconds: Int64(seconds) * 1_000_000_000)) }

  @Test("a watch that can't be set up leaves no registration behind")
  func watchThatFails() throws {
    final class Handler: LoopHandler { func ready(_ readiness: Readiness) {} }
    let loop = TelemetryLoop(poller: try SystemPoller())
    weak var registered: Handler?
    do {
      let handler = Handler()
      registered = handler
      #expect(throws: SystemError.self) { try loop.watch(-1, handler) }
    }
    #expect(registered == nil)
  }

  @Test("timers fire in the order of their deadlines, equal ones in the order of scheduling")
  func timerOrder() {
    let loop = TelemetryLoop(poller: ManualPoller())
    let log = Log()
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

  @Test("jobs without end starve neither sockets nor timers")
  func fairness() {
    let poller = ManualPoller()
    let loop = TelemetryLoop(poller: poller)
    let ready = Promise<Bool>()
    let token = loop.register(Handler { _ in ready.fulfil(true) })
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

  @Test("a timer that always schedules another one that is due keeps nobody waiting")
  func timerFlood() {
    let poller = ManualPoller()
    let loop = TelemetryLoop(poller: poller)
    let log = Log()
    let flood = Flood()
    flood.onTimer = { [unowned flood] in
      log.add(0)
      guard log.all.count < 1000 else { return loop.stop() }
      loop.schedule(at: Deadline(.init(nanoseconds: .min))) { flood.onTimer() }
    }
    let token = loop.register(
      Handler { _ in
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

  @Test("of a thousand jobs in one round, timers and sockets get their turn between")
  func jobFlood() {
    let poller = ManualPoller()
    let loop = TelemetryLoop(poller: poller)
    let log = Log()
    loop.schedule(at: at(0)) { log.add(-1) }
    let token = loop.register(Handler { _ in log.add(-2) })
    poller.state.withLock { $0.ready = [ReadyEvent(token: token, readiness: .readable)] }
    for number in 0..<1000 { Task(executorPreference: loop) { log.add(number) } }
    Task(executorPreference: loop) { loop.stop() }
    loop.run()
    #expect(log.all.filter { $0 >= 0 } == Array(0..<1000))
    #expect(log.all.prefix(130).contains(-1) && log.all.prefix(130).contains(-2))
  }

  @Test("timers at the ends of time: what has passed fires at once, what never comes holds nothing up")
  func extremeTimers() {
    let loop = TelemetryLoop(poller: ManualPoller())
    let log = Log()
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

  @Test("a sleeping loop is woken once, a busy one not at all")
  func wakes() async throws {
    let poller = ManualPoller()
    let loop = TelemetryLoop(poller: poller)
    let log = Log()
    let token = loop.register(Handler { readiness in log.add(Int(readiness.rawValue)) })
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
    let token = loop.register(Handler { _ in loop.stop() })
    _ = loop.schedule(at: at(4), notifying: token)
    loop.run()
    #expect(loop.now == at(4).instant)
  }

  @Test("an ended loop tells its handlers, runs what they resume, and refuses what comes after")
  func end() {
    let loop = TelemetryLoop(poller: ManualPoller())
    let promise = Promise<Int>()
    let log = Log()
    let token = loop.register(Handler({ _ in log.add(0) }, onEnd: { promise.fulfil(7) }))
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

  @Test("the system's poller: a wake from another thread ends an endless wait, a deadline a limited one")
  func systemPoller() throws {
    let poller = try SystemPoller()
    try ThreadSystem.start(name: "waker", stackSize: 1 << 18) { poller.wake() }
    var events: [ReadyEvent] = []
    poller.wait(until: .never, at: poller.now, into: &events)
    let before = poller.now
    poller.wait(until: Deadline(before + .milliseconds(20)), at: before, into: &events)
    #expect(poller.now - before >= .milliseconds(20) && events.isEmpty)
  }
}
