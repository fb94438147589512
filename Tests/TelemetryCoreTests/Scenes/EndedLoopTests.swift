import Synchronization
import TestThreads
import Testing

@testable import TelemetryCore

/// Jobs, timers and handlers that reach a loop after its end.
@Suite(.ownThreads) struct EndedLoopTests {
  private actor Recorder {
    let loop: TelemetryLoop
    private var numbers: [Int] = []
    init(on loop: TelemetryLoop) { self.loop = loop }
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func add(_ number: Int) -> Bool {
      numbers.append(number)
      return loop.isCurrent && TelemetryLoop.current === loop
    }

    var all: [Int] { numbers }
  }

  /// A loop after the end of its thread.
  private func endedLoop() async throws -> TelemetryLoop {
    let runtime = try TelemetryRuntime()
    let lease = try runtime.acquire()
    let observer = EndObserver()
    _ = lease.loop.register(observer)
    lease.end()
    #expect(await observer.ended.value != nil)
    await wait { lease.loop.hasNoThread }
    return lease.loop
  }

  @Test("a task that resumes after the end of the last lease continues on its loop")
  func suspendedTask() async throws {
    let runtime = try TelemetryRuntime()
    let lease = try runtime.acquire()
    let gate = Promise<Bool>()
    let loop = lease.loop
    let task = Task(executorPreference: loop) {
      _ = await gate.value
      loop.checkIsolated()
      return loop.isCurrent && TelemetryLoop.current === loop
    }
    lease.end()
    await wait { loop.hasNoThread }
    gate.fulfil(true)
    #expect(await task.value)
    #expect(TelemetryLoop.current == nil && !loop.isCurrent)
  }

  @Test func anActorOfAnEndedLoopContinues() async throws {
    let recorder = Recorder(on: try await endedLoop())
    // Threads of the ended loop begin and end meanwhile.
    for number in 0..<2000 {
      let isOnLoop = await recorder.add(number)
      #expect(isOnLoop, "\(number)")
    }
    #expect(await recorder.all == Array(0..<2000))
  }

  @Test("jobs of many threads run once each, one at a time, and in the order of each thread")
  func stress() async throws {
    let loop = try await endedLoop()
    let threads = 8
    let jobs = 2000
    let log = Mutex((running: false, overlaps: 0, next: [Int](repeating: 0, count: threads), outOfOrder: 0))
    let done = Promise<Bool>()
    let left = Atomic<Int>(threads * jobs)
    for thread in 0..<threads {
      try ThreadSystem.start(name: "late", stackSize: 1 << 18) {
        for number in 0..<jobs {
          loop.schedule(at: Deadline(.init(nanoseconds: .min))) {
            log.withLock { log in
              if log.running { log.overlaps += 1 }
              log.running = true
            }
            let isOnLoop = loop.isCurrent
            log.withLock { log in
              if log.next[thread] != number || !isOnLoop { log.outOfOrder += 1 }
              log.next[thread] = number + 1
              log.running = false
            }
            if left.wrappingSubtract(1, ordering: .relaxed).newValue == 0 { done.fulfil(true) }
          }
          // Lets the loop's thread run out of work now and then.
          if number % 100 == thread { for _ in 0..<200 { _ = MonotonicInstant.system } }
        }
      }
    }
    let ended = try await ended(done)
    #expect(ended)
    log.withLock { #expect($0.overlaps == 0 && $0.outOfOrder == 0) }
  }

  @Test("tasks switch between an ended loop and the app's pool")
  func hops() async throws {
    let recorder = Recorder(on: try await endedLoop())
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<50 {
        group.addTask { for number in 0..<20 { #expect(await recorder.add(task * 20 + number)) } }
      }
    }
    #expect(await recorder.all.sorted() == Array(0..<1000))
  }

  @Test("on an ended loop a wait ends at its deadline and a timer fires")
  func timers() async throws {
    let loop = try await endedLoop()
    let begin = loop.now
    let never = Promise<Int>()
    #expect(await never.value(until: Deadline(begin + .milliseconds(20)), on: loop) == nil)
    #expect(loop.now - begin >= .milliseconds(20))
    #expect(await loop.sleep(until: Deadline(loop.now + .milliseconds(1))))
    let fired = Promise<Bool>()
    loop.schedule(at: Deadline(loop.now + .milliseconds(1))) { fired.fulfil(loop.isCurrent) }
    #expect(await fired.value)
    loop.schedule(at: .never) {}
    await wait { loop.hasNoThread }  // no thread waits for a timer without end
  }

  @Test("the end of a loop ends the tasks' waits; other timers fire at their time")
  func endOfWaits() async throws {
    let runtime = try TelemetryRuntime()
    let lease = try runtime.acquire()
    let loop = lease.loop
    let far = Deadline(loop.now + .seconds(3600))
    async let slept = loop.sleep(until: far)
    async let came = Promise<Int>().value(until: far, on: loop)
    await wait { loop.held.timers == 2 }
    let fired = Promise<Bool>()
    loop.schedule(at: Deadline(loop.now + .milliseconds(50))) { fired.fulfil(true) }
    runtime.shutdown()
    #expect(await slept == false)
    #expect(await came == nil)
    #expect(await fired.value)
  }

  @Test("after the end a new handler gets `loopEnded`, and a watch and a notification are refused")
  func lateHandlers() async throws {
    let loop = try await endedLoop()
    let observer = EndObserver()
    let token = loop.register(observer)
    #expect(await observer.ended.value != nil)
    #expect(!loop.notify(token) && loop.held.handlers == 0)
    loop.unregister(token)
    let refused = Task(executorPreference: loop) {
      do throws(SystemError) {
        _ = try loop.watch(0, EndObserver())
        return false
      } catch {
        return error.description.hasPrefix("event loop: ")
      }
    }
    #expect(await refused.value)
    #expect(loop.held.handlers == 0)
  }

  @Test("handlers get `loopEnded` on the loop, so that they can enter their actors")
  func endIsOnTheLoop() async throws {
    let runtime = try TelemetryRuntime()
    let lease = try runtime.acquire()
    let observer = EndObserver()
    _ = lease.loop.register(observer)
    runtime.shutdown()
    #expect(await observer.ended.value === lease.loop)
  }

  @Test("if no thread can start, the app's pool runs late work")
  func noThread() async throws {
    // No stack of this size can be mapped.
    let loop = TelemetryLoop(poller: try SystemPoller(), threadStackSize: 1 << 46)
    #expect(throws: SystemError.self) { try loop.start() }
    loop.end()
    let recorder = Recorder(on: loop)
    for number in 0..<10 { #expect(await recorder.add(number)) }
    #expect(await loop.sleep(until: Deadline(loop.now + .milliseconds(1))))
  }

  /// Waits until `isReached` returns true, without an event that reports the change.
  private func wait(until isReached: () -> Bool) async {
    let deadline = Deadline(.system + .seconds(30))
    while !isReached() {
      if deadline.hasPassed(at: .system) {
        Issue.record("the state isn't reached")
        return
      }
      await Task.yield()
    }
  }

  private func ended(_ promise: Promise<Bool>) async throws -> Bool {
    let lease = try TelemetryRuntime.shared.acquire()
    defer { lease.end() }
    return await promise.value(until: Deadline(.system + .seconds(60)), on: lease.loop) ?? false
  }
}

extension TelemetryLoop {
  fileprivate var hasNoThread: Bool { state.withLock { $0.thread == .absent } }
}
