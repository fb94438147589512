internal import Glibc
internal import Synchronization
internal import TelemetryCore

/// The threads that tests run on. A ready job gets a thread at once, so that a blocked job delays no other.
package final class TestThreads: TaskExecutor {
  package static let shared = TestThreads(maxTests: 2 * max(2, ThreadSystem.coreCount))

  /// The threads on which the present test already has a place: a nested suite may have the trait too.
  @TaskLocal private static var current: TestThreads?

  private struct State {
    var jobs: [UnownedJob] = []
    var threads: Set<pthread_t> = []
    var idleThreads = 0
    var startingThreads = 0
    var freePlaces: Int
    var waitingTests: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>
  private let wakeUp = BlockingSemaphore()

  /// - Parameter maxTests: The most tests that run at the same time. More tests would be slower, and measure times less
  ///   exactly.
  package init(maxTests: Int) { state = Mutex(State(freePlaces: maxTests)) }

  /// Runs `body` and its child tasks on these threads as soon as fewer than `maxTests` tests run.
  /// - Parameter isUrgent: If true, the test goes before the waiting tests.
  package func perform(
    isUrgent: Bool = false, _ body: @concurrent @Sendable () async throws -> Void
  ) async rethrows {
    if Self.current === self { return try await body() }
    await enter(isUrgent: isUrgent)
    defer { leave() }
    try await Self.$current.withValue(self) {
      try await withTaskExecutorPreference(self) { try await body() }
    }
  }

  private func enter(isUrgent: Bool) async {
    await withCheckedContinuation { continuation in
      let mayRun = state.withLock { state in
        if state.freePlaces == 0 {
          state.waitingTests.insert(continuation, at: isUrgent ? 0 : state.waitingTests.count)
          return false
        }
        state.freePlaces -= 1
        return true
      }
      if mayRun { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.waitingTests.isEmpty {
        state.freePlaces += 1
        return nil
      }
      return state.waitingTests.removeFirst()
    }
    next?.resume()
  }

  // MARK: Threads

  /// True on one of these threads.
  package var ownsCurrentThread: Bool { state.withLock { $0.threads.contains(pthread_self()) } }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let needsThread = state.withLock { state in
      state.jobs.append(job)
      // An idle or a starting thread takes the job.
      if state.jobs.count <= state.idleThreads + state.startingThreads { return false }
      state.startingThreads += 1
      return true
    }
    if needsThread { start() } else { wakeUp.signal() }
  }

  private func start() {
    do {
      try ThreadSystem.start(name: "test", stackSize: 8 << 20) { [self] in runJobs() }
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private func runJobs() -> Never {
    state.withLock { state in
      state.startingThreads -= 1
      state.threads.insert(pthread_self())
    }
    while true {
      let job = state.withLock { state -> UnownedJob? in
        if state.jobs.isEmpty {
          state.idleThreads += 1
          return nil
        }
        return state.jobs.removeFirst()
      }
      if let job {
        job.runSynchronously(on: asUnownedTaskExecutor())
      } else {
        _ = wakeUp.wait(until: .never)
        state.withLock { $0.idleThreads -= 1 }
      }
    }
  }
}
