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

  /// The loop's thread ends for good: no timer fires any more and nothing more is heard. Default: nothing.
  func loopEnded()
}

extension LoopHandler {
  package func loopEnded() {}
}

/// A thread that runs jobs, timers and readiness events, one at a time.
///
/// It is both a task executor (code of tasks that prefer it runs here) and a serial executor (actors can live on it),
/// so that a call from such a task to such an actor costs no switch. All methods are thread-safe unless said otherwise.
public final class TelemetryLoop: TaskExecutor, SerialExecutor {
  /// Names a timer that has not fired yet.
  package struct TimerID: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  struct Timer {
    let deadline: Deadline
    let id: TimerID
    let effect: Effect
  }

  enum Effect {
    case run(@Sendable () -> Void)
    case notify(UInt64)
  }

  struct State {
    var jobs: [UnownedJob] = []
    var sleep = Sleep.awake
    /// Between looking for work, in vain, and the end of the wait: nothing of the loop's is being touched.
    var isAtRest = true
    /// Where the loop waits while the process forks.
    var halt: ForkHalt?
    /// Starts a thread for the loop, in a forked child.
    var startThread: (@Sendable () -> Bool)?
    var stopping = false
    var timers: [Timer] = []  // sorted, the next one last
    var nextTimer: UInt64 = 0
    var handlers = HandlerTable()
    var notified: [UInt64] = []
    var ended = false

    /// The later timer stands further to the front; among equals the first scheduled fires first.
    func place(of deadline: Deadline) -> Int {
      var (low, high) = (0, timers.count)
      while low < high {
        let middle = (low + high) / 2
        if timers[middle].deadline > deadline { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  enum Sleep {
    case awake
    /// Somebody must wake the thread.
    case asleep
    /// There is no thread yet.
    case unborn
  }

  // Jobs may enqueue jobs for ever; the sockets get their turn after so many rounds of them.
  private static let roundsBetweenPolls = 8

  // A loop that is later than this didn't run.
  private static let stop = Duration.seconds(1)

  package let poller: any Poller
  let state = Locked(State())
  private let thread = Atomic<UInt>(0)

  package init(poller: any Poller) { self.poller = poller }

  /// The present time of the loop's clock.
  public var now: MonotonicInstant { poller.now }

  /// The loop that runs on the calling thread, if one does.
  public static var current: TelemetryLoop? { LoopThread.current }

  /// Whether the caller is on the loop's thread.
  public var isCurrent: Bool { thread.load(ordering: .relaxed) == TelemetryLoop.threadIdentity }

  func forgetThread() { thread.store(0, ordering: .relaxed) }

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

  // MARK: Timers

  /// Runs `body` on the loop once `deadline` has passed. A deadline of `.never` never fires.
  @discardableResult
  package func schedule(at deadline: Deadline, _ body: @escaping @Sendable () -> Void) -> TimerID {
    schedule(.run(body), at: deadline)
  }

  /// Calls `ready` of a registered handler once `deadline` has passed; allocates nothing.
  package func schedule(at deadline: Deadline, notifying token: UInt64) -> TimerID {
    schedule(.notify(token), at: deadline)
  }

  private func schedule(_ effect: Effect, at deadline: Deadline) -> TimerID {
    wakeIfAsleep { state in
      let id = TimerID(number: state.nextTimer)
      state.nextTimer += 1
      state.timers.insert(Timer(deadline: deadline, id: id, effect: effect), at: state.place(of: deadline))
      return id
    }
  }

  /// Takes a timer back; false if it has fired already.
  @discardableResult
  package func cancel(_ id: TimerID) -> Bool {
    let removed: Timer? = state.withLock { state in
      guard let index = state.timers.lastIndex(where: { $0.id == id }) else { return nil }
      return state.timers.remove(at: index)
    }
    return removed != nil
  }

  /// Suspends the calling task until `deadline`; returns false, at once, if the task is or gets cancelled.
  @discardableResult
  package func sleep(until deadline: Deadline) async -> Bool {
    let promise = Promise<Bool>()
    let timer = schedule(at: deadline) { promise.fulfil(true) }
    let slept = await withTaskCancellationHandler {
      await promise.value
    } onCancel: {
      promise.fulfil(false)
    }
    if !slept { cancel(timer) }
    return slept
  }

  /// Timers that have not fired, and handlers that are registered; what a test looks at to find a leak.
  package var held: (timers: Int, handlers: Int) {
    state.withLock { ($0.timers.count, $0.handlers.count) }
  }

  // MARK: Sources

  /// Gives out the token under which a handler hears of its source.
  package func register(_ handler: any LoopHandler) -> UInt64 {
    state.withLock { $0.handlers.add(handler) }
  }

  /// The handler hears nothing more; the loop lets go of it.
  package func unregister(_ token: UInt64) {
    let handler = state.withLock { $0.handlers.remove(token) }
    _ = handler  // released outside the lock: its deinit may call the loop
  }

  /// Has the handler hear of a descriptor's readiness, until `unwatch` takes the token. Loop's thread only.
  package func watch(_ descriptor: Int32, _ handler: any LoopHandler) throws(SystemError) -> UInt64 {
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

  // MARK: Running

  /// Runs the loop on the calling thread until `stop()`, and until the jobs that are queued by then are done.
  package func run() {
    thread.store(TelemetryLoop.threadIdentity, ordering: .relaxed)
    let outer = LoopThread.exchange(self)
    defer {
      _ = LoopThread.exchange(outer)
      thread.store(0, ordering: .relaxed)
    }
    var jobs: [UnownedJob] = []
    var events: [ReadyEvent] = []
    var notified: [UInt64] = []
    var rounds = 0
    wakeUp()
    while true {
      let run = takeJobs(&jobs, &notified)
      // A round of events alone, the usual one while a connection is at work, has neither.
      if !jobs.isEmpty { runJobs(&jobs) }
      if !notified.isEmpty { deliver(&notified) }
      switch run {
      case .stopped: return
      case .halted(let halt): halt.wait()
      case .busy(let hasTimers):
        rounds += 1
        guard rounds >= TelemetryLoop.roundsBetweenPolls else { continue }
        if hasTimers { fireTimers() }
        look(&events)
      case .idle(let deadline): waitForWork(deadline, &events)
      }
      rounds = 0
      deliver(&events)
    }
  }

  /// Without jobs: fires the timers if one is due, else waits.
  private func waitForWork(_ deadline: Deadline?, _ events: inout [ReadyEvent]) {
    let now = now
    if let deadline, deadline.hasPassed(at: now) {
      wakeUp()
      if now - deadline.instant >= TelemetryLoop.stop {
        // The process stood still: what arrived meanwhile is seen before time is called.
        look(&events)
        deliver(&events)
      }
      fireTimers()
      look(&events)
    } else {
      poller.wait(until: deadline ?? .never, at: now, into: &events)
      wakeUp()
    }
  }

  private func look(_ events: inout [ReadyEvent]) {
    let now = now
    poller.wait(until: Deadline(now), at: now, into: &events)
  }

  /// Ends `run()`.
  package func stop() {
    wakeIfAsleep { $0.stopping = true }
    poller.wake()
  }

  /// Tells the handlers that nothing will run here again and lets go of them and of the timers; for the thread that
  /// ran the loop, after `run()`. What the handlers resume still runs.
  package func end() {
    let (handlers, timers) = state.withLock { state in
      state.ended = true
      defer { state.timers = [] }
      return (state.handlers.removeAll(), state.timers)
    }
    _ = timers  // released outside the lock
    for handler in handlers { handler.loopEnded() }
    state.withLock { $0.stopping = true }
    run()
  }

  private enum Round {
    case busy(hasTimers: Bool)
    case idle(until: Deadline?)
    case halted(ForkHalt)
    case stopped
  }

  private func takeJobs(_ jobs: inout [UnownedJob], _ notified: inout [UInt64]) -> Round {
    state.withLock { state in
      if let halt = state.halt { return .halted(halt) }
      guard state.jobs.isEmpty, state.notified.isEmpty else {
        swap(&state.jobs, &jobs)
        swap(&state.notified, &notified)
        return .busy(hasTimers: !state.timers.isEmpty)
      }
      if state.stopping {
        state.stopping = false
        state.isAtRest = true
        return .stopped
      }
      state.sleep = .asleep
      state.isAtRest = true
      return .idle(until: state.timers.last?.deadline)
    }
  }

  private func runJobs(_ jobs: inout [UnownedJob]) {
    let serial = unsafe asUnownedSerialExecutor()
    let task = unsafe asUnownedTaskExecutor()
    let generation = Fork.generation
    for job in jobs {
      // A job before has forked, and this is the child: the others are the parent's.
      guard Fork.generation == generation else { break }
      // Both executors: then a switch between task and actor on this loop needs no enqueue.
      unsafe job.runSynchronously(isolatedTo: serial, taskExecutor: task)
    }
    jobs.removeAll(keepingCapacity: true)
  }

  private func fireTimers() {
    let now = now
    while let timer = state.withLock({ state -> Timer? in
      guard let next = state.timers.last, next.deadline.hasPassed(at: now) else { return nil }
      return state.timers.removeLast()
    }) {
      switch timer.effect {
      case .run(let body): body()
      case .notify(let token): handler(of: token)?.ready([])
      }
    }
  }

  private func deliver(_ notified: inout [UInt64]) {
    for token in notified {
      handler(of: token)?.ready([])
    }
    notified.removeAll(keepingCapacity: true)
  }

  private func deliver(_ events: inout [ReadyEvent]) {
    for event in events {
      handler(of: event.token)?.ready(event.readiness)
    }
    events.removeAll(keepingCapacity: true)
  }

  private func handler(of token: UInt64) -> (any LoopHandler)? { state.withLock { $0.handlers[token] } }

  private func wakeUp() {
    while let halt = state.withLock({ state -> ForkHalt? in
      if let halt = state.halt { return halt }
      state.sleep = .awake
      state.isAtRest = false
      return nil
    }) {
      halt.wait()
    }
  }

  /// At most one wake for each time that the loop fell asleep.
  private func wakeIfAsleep<Result: Sendable>(_ change: (inout sending State) -> Result) -> Result {
    let (result, sleep) = state.withLock { state in
      let result = change(&state)
      defer { state.sleep = .awake }
      return (result, state.sleep)
    }
    switch sleep {
    case .awake: break
    case .asleep: poller.wake()
    case .unborn: startInChild()
    }
    return result
  }

  private static var threadIdentity: UInt {
    #if canImport(Darwin)
      return unsafe UInt(bitPattern: pthread_self())
    #else
      return UInt(pthread_self())
    #endif
  }
}
