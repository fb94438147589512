internal import Glibc
internal import Synchronization
internal import TelemetryCore

/// The threads that tests run on. A job that is ready gets a thread at once, so one that blocks holds up nobody.
package final class TestThreads: TaskExecutor {
  package static let shared = TestThreads(maxTests: 2 * max(2, ThreadSystem.coreCount))

  /// Where the present test has its place already: a suite within a suite may carry the trait too.
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

  /// - Parameter maxTests: Tests that run at the same time. More would only make each of them slower, and what is
  ///   measured by the clock less certain.
  package init(maxTests: Int) { state = Mutex(State(freePlaces: maxTests)) }

  /// Runs `body` and its child tasks on threads of ours, as soon as fewer than `maxTests` run.
  /// - Parameter isUrgent: Whether it goes before those that wait.
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

  /// Whether the calling thread is one of ours.
  package var ownsCurrentThread: Bool { state.withLock { $0.threads.contains(pthread_self()) } }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let needsThread = state.withLock { state in
      state.jobs.append(job)
      // Each job has a thread that waits, or comes up, for it.
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
