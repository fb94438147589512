internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Hears of the readiness of a source that it registered with an event loop; called on the loop's thread.
package protocol LoopHandler: AnyObject, Sendable {
  /// The source became ready, or `notify` was called, for which `readiness` is empty.
  func ready(_ readiness: Readiness)

  /// The loop has ended: no source and no notification is reported any more. Default: nothing.
  ///
  /// A handler that is registered after the end is called soon after its registration.
  func loopEnded()
}

extension LoopHandler {
  package func loopEnded() {}
}

/// A thread that runs jobs, timers and readiness events, one at a time.
///
/// It is both a task executor (code of tasks that prefer it runs here) and a serial executor (actors can live on it),
/// so that a call from such a task to such an actor costs no switch. All methods are thread-safe unless said otherwise.
///
/// A loop that has ended (its runtime was shut down, or its last lease has ended) watches no sources any more, but
/// nothing that still uses it is lost: jobs and timers that come later run in their order on a thread that lives only
/// as long as there are any.
public final class TelemetryLoop: TaskExecutor, SerialExecutor {
  /// Names a timer that has not fired yet.
  package struct TimerID: Hashable, Sendable {
    let number: UInt64
  }

  struct Timer {
    let deadline: Deadline
    let id: TimerID
    let effect: Effect
  }

  enum Effect {
    case run(@Sendable () -> Void)
    case notify(UInt64)
    /// Ends a task's wait; the argument is true if the loop has ended before the deadline.
    case endWait(@Sendable (Bool) -> Void)
  }

  struct State {
    var jobs: [UnownedJob] = []
    var sleep = Sleep.awake
    /// Between looking for work, in vain, and the end of the wait: nothing of the loop's is being touched.
    var isAtRest = true
    /// Where the loop waits while the process forks.
    var halt: ForkHalt?
    /// In a forked child: the poller's descriptors are closed.
    var reopensPoller = false
    var stopping = false
    var timers: [Timer] = []  // sorted, the next one last
    var nextTimer: UInt64 = 0
    var handlers = HandlerTable()
    var notified: [UInt64] = []
    var ended = false

    /// Whether there is something to start a thread for.
    var hasWork: Bool {
      !jobs.isEmpty || !notified.isEmpty || (stopping && !ended) || timers.last.map { !$0.deadline.isNever } ?? false
    }

    /// The later timer stands further to the front; among equals the first scheduled fires first.
    func place(of deadline: Deadline) -> Int {
      var (low, high) = (0, timers.count)
      while low < high {
        let middle = (low + high) / 2
        if timers[middle].deadline > deadline { low = middle + 1 } else { high = middle }
      }
      return low
    }

    /// Takes out the next timer that is due, of those that were scheduled before the one numbered `end`.
    mutating func takeDue(at now: MonotonicInstant, before end: UInt64) -> Timer? {
      var index = timers.endIndex
      while index > 0 {
        index -= 1
        guard timers[index].deadline.hasPassed(at: now) else { return nil }
        if timers[index].id.number < end { return timers.remove(at: index) }
      }
      return nil
    }
  }

  enum Sleep {
    case awake
    /// Somebody must wake the thread.
    case asleep
    /// There is no thread: in a forked child not yet, after the loop's end none until there is work.
    case absent
  }

  package let poller: any Poller
  let state = Locked(State())
  let thread = Atomic<UInt>(0)
  private let threadName: String
  private let threadStackSize: Int

  /// Makes a loop. The name and the stack's size in bytes are those of the threads that it starts.
  package init(poller: any Poller, threadName: String = "otlp-loop", threadStackSize: Int = 1 << 20) {
    self.poller = poller
    self.threadName = threadName
    self.threadStackSize = threadStackSize
  }

  /// The present time of the loop's clock.
  public var now: MonotonicInstant { poller.now }

  /// The loop that runs on the calling thread, if one does.
  public static var current: TelemetryLoop? { LoopThread.current }

  /// Whether the caller is on the loop's thread.
  public var isCurrent: Bool { thread.load(ordering: .relaxed) == TelemetryLoop.threadIdentity }

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

  /// Stops unless the caller is on the loop's thread.
  public func checkIsolated() {
    precondition(isCurrent, "this code must run on its event loop's thread")
  }

  /// Whether the caller is on the loop's thread.
  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  // MARK: Sources

  /// Gives out the token under which a handler hears of its source. If the loop has ended, the handler is told so soon.
  package func register(_ handler: any LoopHandler) -> UInt64 {
    let token: UInt64? = state.withLock { $0.ended ? nil : $0.handlers.add(handler) }
    if let token { return token }
    schedule(at: Deadline(.init(nanoseconds: .min))) { handler.loopEnded() }
    return HandlerTable.noToken
  }

  /// The handler hears nothing more; the loop lets go of it.
  package func unregister(_ token: UInt64) {
    let handler = state.withLock { $0.handlers.remove(token) }
    _ = handler  // released outside the lock: its deinit may call the loop
  }

  /// Has the handler hear of a descriptor's readiness, until `unwatch` takes the token. Loop's thread only.
  /// - Throws: A `SystemError` if the poller doesn't take the descriptor, or the loop has ended.
  package func watch(_ descriptor: Int32, _ handler: any LoopHandler) throws(SystemError) -> UInt64 {
    if state.withLock({ $0.ended }) { throw SystemError(call: "event loop", code: ECANCELED) }
    let token = register(handler)
    do throws(SystemError) {
      try poller.add(descriptor: descriptor, token: token)
    } catch {
      unregister(token)
      throw error
    }
    return token
  }

  /// Ends a watch; the descriptor must still be open. Loop's thread only.
  package func unwatch(_ descriptor: Int32, _ token: UInt64) {
    poller.remove(descriptor: descriptor)
    unregister(token)
  }

  /// Has the handler's `ready` called on the loop, soon; allocates nothing. False if the loop has ended. Any thread.
  ///
  /// This is how another thread hands the loop something to look at without a task or a closure.
  @discardableResult
  package func notify(_ token: UInt64) -> Bool {
    wakeIfAsleep { state in
      guard !state.ended else { return false }
      state.notified.append(token)
      return true
    }
  }

  // MARK: Waking

  /// At most one wake for each time that the loop fell asleep.
  func wakeIfAsleep<Result: Sendable>(_ change: (inout sending State) -> Result) -> Result {
    let (result, sleep) = state.withLock { state -> (Result, Sleep) in
      let result = change(&state)
      let sleep = state.sleep
      if sleep == .absent, !state.hasWork { return (result, .awake) }
      state.sleep = .awake
      return (result, sleep)
    }
    switch sleep {
    case .awake: break
    case .asleep: poller.wake()
    case .absent: startThread()
    }
    return result
  }

  // MARK: Threads

  /// Starts the loop's thread.
  package func start() throws(SystemError) {
    try ThreadSystem.start(name: threadName, stackSize: threadStackSize) { [self] in serve() }
  }

  /// Starts a thread where there was none and now is work: in a forked child, or after the end.
  private func startThread() {
    do throws(SystemError) {
      if state.withLock({ $0.reopensPoller }) {
        try poller.reopenInChild()
        state.withLock { $0.reopensPoller = false }
      }
      try start()
    } catch {
      guard Fork.generation == Fork.firstGeneration else {
        // The next work tries again: the default executor, too, has no threads in a child.
        state.withLock { $0.sleep = .absent }
        return
      }
      // No thread is to be had, and no lease guarantees one here: a thread of the default executor does the work.
      Task.detached(executorPreference: globalConcurrentExecutor) { [self] in serve() }
    }
  }

  static var threadIdentity: UInt {
    #if canImport(Darwin)
      return unsafe UInt(bitPattern: pthread_self())
    #else
      return UInt(pthread_self())
    #endif
  }
}
