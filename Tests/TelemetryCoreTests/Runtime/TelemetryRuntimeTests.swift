import Synchronization
import TestThreads
import Testing

@testable import TelemetryCore

@Suite(.ownThreads) struct TelemetryRuntimeTests {
  /// True if a task runs on the loop.
  private func runs(_ loop: TelemetryLoop) async -> Bool {
    await Task(executorPreference: loop) { TelemetryLoop.current === loop && loop.isCurrent }.value
  }

  @Test("threads run until the last lease has ended, and start again for the next lease")
  func leases() async throws {
    let runtime = try TelemetryRuntime()
    let first = try runtime.acquire()
    let second = try runtime.acquire(preferring: first.loop)
    #expect(first.loop === second.loop)
    let observer = EndObserver()
    _ = first.loop.register(observer)
    #expect(await runs(first.loop))
    first.end()
    first.end()
    #expect(await runs(second.loop))
    #expect(observer.ended.current == nil)
    second.end()
    #expect(await observer.ended.value != nil)
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
    let observer = EndObserver()
    _ = new.loop.register(observer)
    old.end()
    #expect(await runs(new.loop))
    #expect(observer.ended.current == nil)
    new.end()
    #expect(await observer.ended.value != nil)
  }

  @Test func leasesTakeTheLoopsInTurn() throws {
    var configuration = TelemetryRuntime.Configuration()
    configuration.workerThreads = 3
    let runtime = try TelemetryRuntime(configuration)
    let leases = try (0..<6).map { _ in try runtime.acquire() }
    #expect(Set(leases.map { ObjectIdentifier($0.loop) }).count == 3)
    for lease in leases { lease.end() }
  }

  @Test("blocking work runs apart from the loop, in at most `maxBlockingThreads` threads, and its errors are thrown")
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

  @Test("the largest and the smallest runtime run")
  func bounds() async throws {
    var large = TelemetryRuntime.Configuration()
    (large.workerThreads, large.maxBlockingThreads, large.threadStackSize) = (64, 256, 64 << 20)
    (large.threadNamePrefix, large.threadKeepAlive) = ("abcdefghij", .seconds(3600))
    var small = TelemetryRuntime.Configuration()
    (small.workerThreads, small.maxBlockingThreads, small.threadStackSize) = (1, 1, 128 << 10)
    (small.threadNamePrefix, small.threadKeepAlive) = ("a", .zero)
    for configuration in [large, small] {
      let runtime = try TelemetryRuntime(configuration)
      let lease = try runtime.acquire()
      #expect(await Task(executorPreference: lease.loop) { await runtime.block { 1 } }.value == 1)
      lease.end()
    }
  }

  @Test("users get working loops during hundreds of concurrent shutdowns")
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
}
