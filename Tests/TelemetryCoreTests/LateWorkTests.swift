import Synchronization
import TestThreads
import Testing

@testable import TelemetryCore

/// What reaches a loop after its end: nothing of it is lost.
@Suite(.ownThreads) struct LateWorkTests {
  private actor Place {
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

  private final class EndWatch: LoopHandler {
    let ended = Promise<Bool>()
    func ready(_ readiness: Readiness) {}
    func loopEnded() { ended.fulfil(TelemetryLoop.current != nil) }
  }

  /// A loop whose thread has ended.
  private func endedLoop() async throws -> TelemetryLoop {
    let runtime = try TelemetryRuntime()
    let lease = try runtime.acquire()
    let watch = EndWatch()
    _ = lease.loop.register(watch)
    lease.end()
    #expect(await watch.ended.value)
    await reached { lease.loop.hasNoThread }
    return lease.loop
  }

  @Test("a task that resumes after the last lease has ended goes on, on its loop")
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
    await reached { loop.hasNoThread }
    gate.fulfil(true)
    #expect(await task.value)
    #expect(TelemetryLoop.current == nil && !loop.isCurrent)
  }

  @Test func anActorOfAnEndedLoopGoesOn() async throws {
    let place = Place(on: try await endedLoop())
    for number in 0..<100 { #expect(await place.add(number)) }
    #expect(await place.all == Array(0..<100))
  }

  @Test("many threads at once: each job runs once, one at a time, each thread's in their order")
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

  @Test("tasks that hop between an ended loop and the app's pool")
  func hops() async throws {
    let place = Place(on: try await endedLoop())
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<50 {
        group.addTask { for number in 0..<20 { #expect(await place.add(task * 20 + number)) } }
      }
    }
    #expect(await place.all.sorted() == Array(0..<1000))
  }

  @Test("a wait with a deadline, begun on an ended loop, ends at it; a timer fires")
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
    await reached { loop.hasNoThread }  // for that one no thread waits
  }

  @Test("the end of a loop ends the waits under way; other timers fire at their time")
  func endOfWaits() async throws {
    let runtime = try TelemetryRuntime()
    let lease = try runtime.acquire()
    let loop = lease.loop
    let far = Deadline(loop.now + .seconds(3600))
    async let slept = loop.sleep(until: far)
    async let came = Promise<Int>().value(until: far, on: loop)
    await reached { loop.held.timers == 2 }
    let fired = Promise<Bool>()
    loop.schedule(at: Deadline(loop.now + .milliseconds(50))) { fired.fulfil(true) }
    runtime.shutdown()
    #expect(await slept == false)
    #expect(await came == nil)
    #expect(await fired.value)
  }

  @Test("a handler that comes after the end is told, a watch refused, a notification not taken")
  func lateHandlers() async throws {
    let loop = try await endedLoop()
    let watch = EndWatch()
    let token = loop.register(watch)
    #expect(await watch.ended.value)
    #expect(!loop.notify(token) && loop.held.handlers == 0)
    loop.unregister(token)
    let refused = Task(executorPreference: loop) {
      do throws(SystemError) {
        _ = try loop.watch(0, EndWatch())
        return false
      } catch {
        return error.description.hasPrefix("event loop: ")
      }
    }
    #expect(await refused.value)
    #expect(loop.held.handlers == 0)
  }

  @Test("handlers hear of the end on the loop, so that their actors may be entered")
  func endIsOnTheLoop() async throws {
    final class Handler: LoopHandler {
      let loop: TelemetryLoop
      let heard = Promise<Bool>()
      init(_ loop: TelemetryLoop) { self.loop = loop }
      func ready(_ readiness: Readiness) {}
      func loopEnded() { heard.fulfil(loop.isCurrent) }
    }
    let runtime = try TelemetryRuntime()
    let lease = try runtime.acquire()
    let handler = Handler(lease.loop)
    _ = lease.loop.register(handler)
    runtime.shutdown()
    #expect(await handler.heard.value)
  }

  @Test("where no thread is to be had, the app's pool runs what comes late")
  func noThread() async throws {
    // No stack of this size can be mapped.
    let loop = TelemetryLoop(poller: try SystemPoller(), threadStackSize: 1 << 46)
    #expect(throws: SystemError.self) { try loop.start() }
    loop.end()
    let place = Place(on: loop)
    for number in 0..<10 { #expect(await place.add(number)) }
    #expect(await loop.sleep(until: Deadline(loop.now + .milliseconds(1))))
  }

  @Test("hundreds of shutdowns at once, among users that come and go")
  func manyShutdowns() async throws {
    let runtime = try TelemetryRuntime()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<300 {
        group.addTask {
          guard number % 3 > 0 else { return runtime.shutdown() }
          guard let lease = try? runtime.acquire() else { return }
          let loop = lease.loop
          #expect(await Task(executorPreference: loop) { loop.isCurrent }.value)
          #expect(await loop.sleep(until: Deadline(loop.now)) || loop.state.withLock { $0.hasEnded })
          lease.end()
        }
      }
    }
    runtime.shutdown()
  }

  /// Waits for a state that nothing announces.
  private func reached(_ state: () -> Bool) async {
    let deadline = Deadline(.system + .seconds(30))
    while !state() {
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
