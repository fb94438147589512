import Synchronization
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct TestThreadsTests {
  @Test func aTestRunsOnAThreadOfItsOwn() {
    #expect(TestThreads.shared.ownsCurrentThread)
  }

  @Test(arguments: 0..<2) func soDoesEachCaseAndItsChildTasks(_: Int) async {
    async let child = TestThreads.shared.ownsCurrentThread
    #expect(await child)
    #expect(TestThreads.shared.ownsCurrentThread)
  }

  /// More of them than the pool has threads: what is on the pool goes on, and so does what isn't blocked.
  @Test func testsThatBlockHoldUpNobody() async throws {
    let threads = TestThreads(maxTests: 64)
    let (begun, release) = (BlockingSemaphore(), BlockingSemaphore())
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<64 {
        group.addTask {
          await threads.perform {
            begun.signal()
            block(release)
          }
        }
      }
      for _ in 0..<64 { block(begun) }
      await Task.detached { for _ in 0..<64 { release.signal() } }.value
      await group.waitForAll()
    }
  }

  @Test func noMoreThanItsPlacesRunAtOnce() async {
    let threads = TestThreads(maxTests: 3)
    let crowd = Crowd()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<40 {
        group.addTask {
          await threads.perform {
            crowd.enter()
            // Within a place there is no second one to wait for.
            await threads.perform { await Task.yield() }
            crowd.leave()
          }
        }
      }
      await group.waitForAll()
    }
    #expect(crowd.counts.now == 0)
    #expect((1...3).contains(crowd.counts.most))
  }
}

/// How many are somewhere at once.
private final class Crowd: Sendable {
  private let state = Mutex((now: 0, most: 0))

  var counts: (now: Int, most: Int) { state.withLock { $0 } }
  func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
  func leave() { state.withLock { $0.now -= 1 } }
}

private func block(_ semaphore: BlockingSemaphore) { _ = semaphore.wait(until: .after(.seconds(600))) }
