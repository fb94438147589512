import Synchronization
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct TelemetryRuntimeTests {
  @Test("values outside of their range are refused by name")
  func refused() {
    let cases: [(String, (inout TelemetryRuntime.Configuration) -> Void)] = [
      ("workerThreads", { $0.workerThreads = 0 }), ("workerThreads", { $0.workerThreads = 65 }),
      ("maxBlockingThreads", { $0.maxBlockingThreads = 0 }), ("maxBlockingThreads", { $0.maxBlockingThreads = 257 }),
      ("threadStackSize", { $0.threadStackSize = 1 << 16 }), ("threadStackSize", { $0.threadStackSize = 1 << 27 }),
      ("threadNamePrefix", { $0.threadNamePrefix = "" }),
      ("threadNamePrefix", { $0.threadNamePrefix = "much too long" }),
      ("threadNamePrefix", { $0.threadNamePrefix = "a b" }), ("threadNamePrefix", { $0.threadNamePrefix = "ä" }),
      ("threadKeepAlive", { $0.threadKeepAlive = .seconds(-1) }),
      ("threadKeepAlive", { $0.threadKeepAlive = .seconds(3601) }),
    ]
    for (name, change) in cases {
      var configuration = TelemetryRuntime.Configuration()
      change(&configuration)
      let error = #expect(throws: ConfigurationError.self) { _ = try TelemetryRuntime(configuration) }
      #expect(error?.option == name)
    }
  }

  @Test func presetsAreValid() throws {
    for preset in [TelemetryRuntime.Configuration.development, .production, .highThroughput] { try preset.validate() }
    #expect(TelemetryRuntime.Configuration.production == TelemetryRuntime.Configuration())
    #expect(TelemetryRuntime.Configuration.development.maxBlockingThreads == 1)
    #expect(TelemetryRuntime.Configuration.highThroughput.workerThreads == max(1, min(64, ThreadSystem.coreCount)))
  }

  /// Whether jobs run on the loop now.
  private func runs(_ loop: TelemetryLoop) async -> Bool {
    await Task(executorPreference: loop) { TelemetryLoop.current === loop && loop.isCurrent }.value
  }

  private final class EndWatch: LoopHandler {
    let ended = Promise<Bool>()
    func ready(_ readiness: Readiness) {}
    func loopEnded() { ended.fulfil(true) }
  }

  @Test("threads run until the last lease has ended, and start again for the next")
  func leases() async throws {
    let runtime = try TelemetryRuntime()
    let first = try runtime.acquire()
    let second = try runtime.acquire(preferring: first.loop)
    #expect(first.loop === second.loop)
    let watch = EndWatch()
    _ = first.loop.register(watch)
    #expect(await runs(first.loop))
    first.end()
    first.end()
    #expect(await runs(second.loop))
    #expect(watch.ended.current == nil)
    second.end()
    #expect(await watch.ended.value)
    let third = try runtime.acquire()
    #expect(third.loop !== first.loop)
    #expect(await runs(third.loop))
    third.end()
  }

  @Test("a lease from before a shutdown can't end the threads started after it")
  func oldLease() async throws {
    let runtime = try TelemetryRuntime()
    let old = try runtime.acquire()
    runtime.shutdown()
    let new = try runtime.acquire()
    let watch = EndWatch()
    _ = new.loop.register(watch)
    old.end()
    #expect(await runs(new.loop))
    #expect(watch.ended.current == nil)
    new.end()
    #expect(await watch.ended.value)
  }

  @Test func leasesTakeTheLoopsInTurn() throws {
    var configuration = TelemetryRuntime.Configuration()
    configuration.workerThreads = 3
    let runtime = try TelemetryRuntime(configuration)
    let leases = try (0..<6).map { _ in try runtime.acquire() }
    #expect(Set(leases.map { ObjectIdentifier($0.loop) }).count == 3)
    for lease in leases { lease.end() }
  }

  @Test("blocking work runs off the loop, at most so much at once, and its errors come back")
  func blocking() async throws {
    struct Failure: Error {}
    var configuration = TelemetryRuntime.Configuration()
    configuration.maxBlockingThreads = 2
    configuration.threadKeepAlive = .zero
    let runtime = try TelemetryRuntime(configuration)
    let most = Occupancy()
    let promises = (0..<20).map { _ in Promise<Bool>() }
    let lease = try runtime.acquire()
    for promise in promises {
      Task(executorPreference: lease.loop) {
        await runtime.block { most.visit() }
        promise.fulfil(true)
      }
    }
    for promise in promises { _ = await promise.value }
    #expect((1...2).contains(most.parallel))
    await #expect(throws: Failure.self) { try await runtime.block { throw Failure() } }
    #expect(await runtime.block { TelemetryLoop.current == nil })
    runtime.shutdown()
    #expect(await runtime.block { 3 } == 3)
    lease.end()
  }

  private final class Occupancy: Sendable {
    private let inside = Mutex((now: 0, most: 0))
    var parallel: Int { inside.withLock { $0.most } }
    func visit() {
      inside.withLock { state in
        state.now += 1
        state.most = max(state.most, state.now)
      }
      for _ in 0..<1000 { _ = MonotonicInstant.system }
      inside.withLock { $0.now -= 1 }
    }
  }

  @Test func aProgramsMainJobRunsOnALoop() async throws {
    let answer = try await withTelemetryRuntime(.development) { runtime in
      #expect(TelemetryLoop.current != nil)
      return await runtime.block { 42 }
    }
    #expect(answer == 42)
  }

  @Test("the caller's cancellation reaches the program's main job")
  func cancellationOfTheMainJob() async throws {
    let began = Promise<Bool>()
    let task = Task {
      try await withTelemetryRuntime(.development) { _ in
        began.fulfil(true)
        let loop = try #require(TelemetryLoop.current)
        let slept = await loop.sleep(until: Deadline(loop.now + .seconds(3600)))
        return slept || !Task.isCancelled
      }
    }
    _ = await began.value
    task.cancel()
    #expect(try await task.value == false)
  }

  @Test("which loop a thread belongs to: every runtime's loop, the main job's too, no blocking thread, no other thread")
  func currentLoop() async throws {
    let other = try TelemetryRuntime()
    let lease = try other.acquire()
    defer { lease.end() }
    #expect(TelemetryLoop.current == nil && !lease.loop.isCurrent)
    try await withTelemetryRuntime(.development) { runtime in
      let own = try #require(TelemetryLoop.current)
      #expect(own.isCurrent && !lease.loop.isCurrent)
      let inner = try runtime.acquire()
      #expect(inner.loop === own)  // what blocks here must not need this loop
      inner.end()
      await Task(executorPreference: lease.loop) {
        #expect(TelemetryLoop.current === lease.loop && lease.loop.isCurrent && !own.isCurrent)
      }.value
      #expect(await runtime.block { TelemetryLoop.current == nil && !own.isCurrent })
      #expect(own.isCurrent)
    }
  }
}
