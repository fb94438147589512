import Synchronization
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct TestThreadsTests {
  @Test("a test runs on a thread of TestThreads")
  func ownThread() {
    #expect(TestThreads.shared.ownsCurrentThread)
  }

  @Test("each test case and its child tasks run on a thread of TestThreads", arguments: 0..<2)
  func childTasks(_: Int) async {
    async let child = TestThreads.shared.ownsCurrentThread
    #expect(await child)
    #expect(TestThreads.shared.ownsCurrentThread)
  }

  /// More tests block than the pool has threads.
  @Test("blocked tests don't stop the pool or other tests")
  func blockedTests() async throws {
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

  @Test("no more than the maximum number of tests run at once")
  func maximum() async {
    let threads = TestThreads(maxTests: 3)
    let crowd = Crowd()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<40 {
        group.addTask {
          await threads.perform {
            crowd.enter()
            // A nested call needs no second place.
            await threads.perform { await Task.yield() }
            crowd.leave()
          }
        }
      }
      await group.waitForAll()
    }
    #expect(crowd.counts.now == 0)
    #expect((1...3).contains(crowd.counts.maximum))
  }
}

/// Counts the tests that run at once.
private final class Crowd: Sendable {
  private let state = Mutex((now: 0, maximum: 0))

  var counts: (now: Int, maximum: Int) { state.withLock { $0 } }
  func enter() { state.withLock { $0 = ($0.now + 1, max($0.maximum, $0.now + 1)) } }
  func leave() { state.withLock { $0.now -= 1 } }
}

private func block(_ semaphore: BlockingSemaphore) { _ = semaphore.wait(until: .after(.seconds(600))) }
