internal import Synchronization

extension TelemetryLoop {
  // Jobs may enqueue jobs without end: after this number of rounds sockets and timers get their turn.
  private static let roundsBetweenPolls = 8

  // Within one round, sockets and timers get their turn after this number of jobs and one. All bits are set.
  private static let jobsBetweenPolls = 63

  // A timer that fires later than this means that the process didn't run.
  private static let processStop = Duration.seconds(1)

  /// Runs the loop on the calling thread until `stop()`, and until the jobs that are queued by then are done. An ended
  /// loop runs until no job and no timer is left.
  package func run() { asThread { runRounds() } }

  /// Makes the calling thread the loop's while `body` runs.
  private func asThread(_ body: () -> Void) {
    runningThread.store(TelemetryLoop.callingThread, ordering: .relaxed)
    let outer = LoopThread.exchange(self)
    body()
    _ = LoopThread.exchange(outer)
    // An ended loop may have got another thread for later jobs already, which is the loop's now.
    _ = runningThread.compareExchange(expected: TelemetryLoop.callingThread, desired: 0, ordering: .relaxed)
  }

  private func runRounds() {
    var jobs: [UnownedJob] = []
    var events: [ReadyEvent] = []
    var notified: [HandlerToken] = []
    var rounds = 0
    wakeUp()
    while true {
      let round = takeWork(&jobs, &notified)
      // While a connection is at work, most rounds have events alone.
      if !jobs.isEmpty { runJobs(&jobs, &events) }
      if !notified.isEmpty { deliver(&notified) }
      switch round {
      case .stopped: return
      case .halted(let halt): halt.wait()
      case .busy(let hasTimers):
        rounds += 1
        guard rounds >= TelemetryLoop.roundsBetweenPolls else { continue }
        if hasTimers { fireTimers() }
        poll(&events)
      case .idle(let deadline): waitForWork(deadline, &events)
      }
      rounds = 0
      deliver(&events)
    }
  }

  /// Fires the timers if one is due, else waits.
  private func waitForWork(_ deadline: Deadline?, _ events: inout [ReadyEvent]) {
    let now = now
    if let deadline, deadline.hasPassed(at: now) {
      wakeUp()
      if now - deadline.instant >= TelemetryLoop.processStop {
        // The process was stopped: the answers that arrived meanwhile come before the timers that give them up.
        poll(&events)
        deliver(&events)
      }
      fireTimers()
      poll(&events)
    } else {
      poller.wait(until: deadline ?? .never, at: now, into: &events)
      wakeUp()
    }
  }

  /// Gets the events that are there, without waiting.
  private func poll(_ events: inout [ReadyEvent]) {
    let now = now
    poller.wait(until: Deadline(now), at: now, into: &events)
  }

  /// Ends `run()`.
  package func stop() {
    wakeIfAsleep { $0.isStopping = true }
    poller.wake()
  }

  /// Ends the loop: reports the end to the handlers, releases all handlers, ends the waits of tasks, then runs until no job
  /// and no timer is left. Called after `run()` on the same thread.
  package func end() {
    asThread {
      let (handlers, waits) = state.withLock { state in
        state.hasEnded = true
        return (state.handlers.removeAll(), state.timers.loopEnded())
      }
      for handler in handlers { handler.loopEnded() }
      for end in waits { end(true) }
      runRounds()
    }
  }

  /// The body of a thread of the loop.
  func serve() {
    let hasEnded = state.withLock { $0.hasEnded }
    run()
    if !hasEnded { end() }
  }

  private enum Round {
    case busy(hasTimers: Bool)
    case idle(until: Deadline?)
    case halted(ForkHalt)
    case stopped
  }

  private func takeWork(_ jobs: inout [UnownedJob], _ notified: inout [HandlerToken]) -> Round {
    state.withLock { state in
      if let halt = state.halt { return .halted(halt) }
      guard state.jobs.isEmpty, state.notified.isEmpty else {
        swap(&state.jobs, &jobs)
        swap(&state.notified, &notified)
        return .busy(hasTimers: !state.timers.isEmpty)
      }
      if state.hasEnded ? !state.hasWork : state.isStopping {
        state.isStopping = false
        state.isAtRest = true
        if state.hasEnded { state.thread = .absent }
        return .stopped
      }
      state.thread = .asleep
      state.isAtRest = true
      return .idle(until: state.timers.nextDeadline)
    }
  }

  private func runJobs(_ jobs: inout [UnownedJob], _ events: inout [ReadyEvent]) {
    let serial = unsafe asUnownedSerialExecutor()
    let task = unsafe asUnownedTaskExecutor()
    let generation = Fork.generation
    for (index, job) in jobs.enumerated() {
      if index & TelemetryLoop.jobsBetweenPolls == TelemetryLoop.jobsBetweenPolls {
        fireTimers()
        poll(&events)
        deliver(&events)
      }
      // A job before has forked, and this is the child: the other jobs are the parent's.
      guard Fork.generation == generation else { break }
      // Both executors: a switch between task and actor on this loop then needs no enqueue.
      unsafe job.runSynchronously(isolatedTo: serial, taskExecutor: task)
    }
    jobs.removeAll(keepingCapacity: true)
  }

  private func fireTimers() {
    let now = now
    // Timers that are scheduled meanwhile wait for the next round, however early their deadline.
    let end = state.withLock { $0.timers.nextID }
    while let effect = state.withLock({ $0.timers.removeDue(at: now, scheduledBefore: end) }) {
      switch effect {
      case .run(let body): body()
      case .notify(let token): handler(of: token)?.ready([])
      case .endWait(let end): end(false)
      }
    }
  }

  private func deliver(_ notified: inout [HandlerToken]) {
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

  private func handler(of token: HandlerToken) -> (any LoopHandler)? { state.withLock { $0.handlers[token] } }

  /// Leaves the rest; waits for the end of a fork before.
  private func wakeUp() {
    while let halt = state.withLock({ state -> ForkHalt? in
      if let halt = state.halt { return halt }
      state.thread = .awake
      state.isAtRest = false
      return nil
    }) {
      halt.wait()
    }
  }
}
