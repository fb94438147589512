internal import OTLPSystem
internal import Synchronization

/// A thread that runs jobs, timers and readiness events, one at a time.
///
/// The loop is a task executor (tasks that prefer it run here) and a serial executor (actors can live on it), so that a
/// call from such a task to such an actor costs no thread switch. All methods are thread-safe unless their documentation
/// states otherwise.
///
/// A loop ends when its runtime shuts down or the last lease on it ends. An ended loop watches no sources, but still runs
/// later jobs and timers in their order, on a thread that lives only while there are any.
public final class TelemetryLoop: TaskExecutor, SerialExecutor {
  package let poller: any Poller
  let state = Locked(State())
  /// The thread that runs the loop; 0 for none.
  let runningThread = Atomic<UInt>(0)
  private let threadName: String
  private let threadStackSize: Int

  /// Makes a loop. All threads of the loop have this name and this stack size in bytes.
  package init(poller: any Poller, threadName: String = "otlp-loop", threadStackSize: Int = 1 << 20) {
    self.poller = poller
    self.threadName = threadName
    self.threadStackSize = threadStackSize
  }

  /// The present time of the loop's clock.
  public var now: MonotonicInstant { poller.now }

  /// The loop that runs on the calling thread; nil if none does.
  public static var current: TelemetryLoop? { LoopThread.current }

  /// True if the caller is on the loop's thread.
  public var isCurrent: Bool { runningThread.load(ordering: .relaxed) == TelemetryLoop.callingThread }

  static var callingThread: UInt {
    #if canImport(Darwin)
      return unsafe UInt(bitPattern: pthread_self())
    #else
      return UInt(pthread_self())
    #endif
  }

  // MARK: Executor

  /// Runs a job on the loop.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    wakeIfAsleep { $0.jobs.append(job) }
  }

  /// The loop as the executor of an actor.
  public func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }

  /// The loop as the executor of tasks.
  public func asUnownedTaskExecutor() -> UnownedTaskExecutor { unsafe UnownedTaskExecutor(ordinary: self) }

  /// Stops the process unless the caller is on the loop's thread.
  public func checkIsolated() {
    precondition(isCurrent, "this code must run on its event loop's thread")
  }

  /// True if the caller is on the loop's thread.
  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  // MARK: Thread

  /// Changes the state and wakes the loop's thread, at most once for each sleep.
  func wakeIfAsleep<Result: Sendable>(_ change: (inout sending State) -> Result) -> Result {
    let (result, thread) = state.withLock { state -> (Result, State.ThreadState) in
      let result = change(&state)
      let thread = state.thread
      if thread == .absent, !state.hasWork { return (result, .awake) }
      state.thread = .awake
      return (result, thread)
    }
    switch thread {
    case .awake: break
    case .asleep: poller.wake()
    case .absent: startAbsentThread()
    }
    return result
  }

  /// Starts the loop's thread.
  package func start() throws(SystemError) {
    try ThreadSystem.start(name: threadName, stackSize: threadStackSize) { [self] in serve() }
  }

  private func startAbsentThread() {
    do throws(SystemError) {
      if state.withLock({ $0.reopensPoller }) {
        try poller.reopenInChild()
        state.withLock { $0.reopensPoller = false }
      }
      try start()
    } catch {
      guard Fork.generation == Fork.firstGeneration else {
        // The next work tries again: in a child the default executor has no threads either.
        state.withLock { $0.thread = .absent }
        return
      }
      // The system refuses a thread: a thread of the default executor does the work.
      Task.detached(executorPreference: globalConcurrentExecutor) { [self] in serve() }
    }
  }
}
