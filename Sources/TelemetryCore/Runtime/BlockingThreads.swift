/// Threads for work that blocks. Work that finds no idle thread starts a new thread, up to a maximum.
///
/// ```
///   start ──▶ working ── no work ──▶ idle
///               │  ▲                  │ │
///               │  └──── signal ──────┘ │ threadKeepAlive has passed
///               ▼                       ▼
///             ended  ◀──────────────────┘
///        no work after a shutdown
/// ```
final class BlockingThreads: Sendable {
  private struct State {
    var work: [@Sendable () -> Void] = []
    /// The index of the next work; the entries before are done.
    var first = 0
    var threads = 0
    /// Idle threads that no signal is meant for: the waiting threads are these and the signals under way.
    var idle = 0
    /// The number of threads started ever, for their names.
    var started = 0
    /// Wakes an idle thread of this generation.
    var signal = BlockingSemaphore()
    /// Counts the shutdowns. Threads of an earlier generation end as soon as there is no work.
    var generation = 0

    mutating func next() -> (@Sendable () -> Void)? {
      guard first < work.count else { return nil }
      let next = work[first]
      work[first] = {}
      first += 1
      if first == work.count {
        work.removeAll(keepingCapacity: true)
        first = 0
      } else if first >= 64, first * 2 >= work.count {
        // The queue may never be empty.
        work.removeFirst(first)
        first = 0
      }
      return next
    }
  }

  private enum Start {
    case wake(BlockingSemaphore)
    case thread(number: Int, generation: Int)
    case nothing
  }

  private let configuration: TelemetryRuntime.Configuration
  private let state = Locked(State())

  init(_ configuration: TelemetryRuntime.Configuration) { self.configuration = configuration }

  /// The number of threads now.
  var threadCount: Int { state.withLock { $0.threads } }

  /// The entries that the queue of work holds, with those that are done, in which a test sees a leak.
  var heldWork: Int { state.withLock { $0.work.count } }

  /// Queues `work` and wakes or starts a thread.
  func run(_ work: @escaping @Sendable () -> Void) {
    let start = state.withLock { state -> Start in
      state.work.append(work)
      if state.idle > 0 {
        state.idle -= 1
        return .wake(state.signal)
      }
      guard state.threads < configuration.maxBlockingThreads else { return .nothing }
      state.threads += 1
      state.started += 1
      return .thread(number: state.started, generation: state.generation)
    }
    switch start {
    case .wake(let signal): signal.signal()
    case .thread(let number, let generation): startThread(number, generation)
    case .nothing: break
    }
  }

  /// Ends the idle threads at once, and the working threads after their work.
  func shutdown() {
    let (idle, signal) = state.withLock { state in
      state.generation += 1
      // Threads that start from now on wait for another signal, and can't take those of the ones that must end.
      defer { (state.idle, state.signal) = (0, BlockingSemaphore()) }
      return (state.idle, state.signal)
    }
    for _ in 0..<idle { signal.signal() }
  }

  func prepareFork() { state.lock() }
  func forkedParent() { state.unlock() }

  /// Forgets the threads, which don't exist in a child, and the work, which is the parent's and is never released.
  func forkedChild() {
    let generation = unsafe state.value.pointee.generation + 1
    unsafe state.value.initialize(to: State())
    unsafe state.value.pointee.generation = generation
    state.unlock()
  }

  private func startThread(_ number: Int, _ generation: Int) {
    do throws(SystemError) {
      try ThreadSystem.start(
        name: "\(configuration.threadNamePrefix)-b\(number)", stackSize: configuration.threadStackSize
      ) { [self] in serve(generation) }
    } catch {
      let isLast = state.withLock { state in
        state.threads -= 1
        return state.threads == 0
      }
      // Without any thread the caller does the work: otherwise nothing would ever do it.
      while isLast, let work = state.withLock({ $0.next() }) { work() }
    }
  }

  private func serve(_ generation: Int) {
    while true {
      switch nextStep(generation) {
      case .work(let work): work()
      case .wait(let signal): if !waitForWork(signal) { return }
      case .end: return
      }
    }
  }

  private enum Step {
    case work(@Sendable () -> Void)
    case wait(BlockingSemaphore)
    case end
  }

  private func nextStep(_ generation: Int) -> Step {
    state.withLock { state in
      if let work = state.next() { return .work(work) }
      guard generation == state.generation else {
        state.threads -= 1
        return .end
      }
      state.idle += 1
      return .wait(state.signal)
    }
  }

  /// Waits for a signal.
  /// - Returns: False if the thread must end: `threadKeepAlive` has passed without a signal.
  private func waitForWork(_ signal: BlockingSemaphore) -> Bool {
    while !signal.wait(until: Deadline(.system + configuration.threadKeepAlive)) {
      let ends = state.withLock { state in
        // A signal is under way for each waiting thread, or for each of this generation: this thread waits for it.
        guard state.signal === signal, state.idle > 0 else { return false }
        state.idle -= 1
        state.threads -= 1
        return true
      }
      if ends { return false }
    }
    return true
  }
}
