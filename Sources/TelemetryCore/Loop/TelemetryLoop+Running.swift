internal import Synchronization

extension TelemetryLoop {
  // Jobs may enqueue jobs for ever; the sockets and timers get their turn after so many rounds of them.
  private static let roundsBetweenPolls = 8

  // And within one round after so many jobs; all bits are set.
  private static let jobsBetweenPolls = 63

  // A loop that is later than this didn't run.
  private static let stop = Duration.seconds(1)

  /// Runs the loop on the calling thread until `stop()`, and until the jobs that are queued by then are done. If the loop
  /// has ended: until no job and no timer is left.
  package func run() { asThread { turn() } }

  /// Makes the calling thread the loop's for as long as `body` takes.
  private func asThread(_ body: () -> Void) {
    thread.store(TelemetryLoop.threadIdentity, ordering: .relaxed)
    let outer = LoopThread.exchange(self)
    body()
    _ = LoopThread.exchange(outer)
    thread.store(0, ordering: .relaxed)
  }

  private func turn() {
    var jobs: [UnownedJob] = []
    var events: [ReadyEvent] = []
    var notified: [UInt64] = []
    var rounds = 0
    wakeUp()
    while true {
      let run = takeJobs(&jobs, &notified)
      // A round of events alone, the usual one while a connection is at work, has neither.
      if !jobs.isEmpty { runJobs(&jobs, &events) }
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

  /// Ends the loop, after `run()` and on the thread that ran it: tells the handlers and lets go of them, ends the waits
  /// of tasks, and runs what is left, until no job and no timer is.
  package func end() {
    asThread {
      let (handlers, waits) = state.withLock { $0.end() }
      for handler in handlers { handler.loopEnded() }
      for end in waits { end(true) }
      turn()
    }
  }

  /// What a thread of the loop does, from its start to its end.
  func serve() {
    let hasEnded = state.withLock { $0.ended }
    run()
    if !hasEnded { end() }
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
      if state.ended ? !state.hasWork : state.stopping {
        state.stopping = false
        state.isAtRest = true
        if state.ended { state.sleep = .absent }
        return .stopped
      }
      state.sleep = .asleep
      state.isAtRest = true
      return .idle(until: state.timers.last?.deadline)
    }
  }

  private func runJobs(_ jobs: inout [UnownedJob], _ events: inout [ReadyEvent]) {
    let serial = unsafe asUnownedSerialExecutor()
    let task = unsafe asUnownedTaskExecutor()
    let generation = Fork.generation
    for (index, job) in jobs.enumerated() {
      if index & TelemetryLoop.jobsBetweenPolls == TelemetryLoop.jobsBetweenPolls {
        fireTimers()
        look(&events)
        deliver(&events)
      }
      // Something before has forked, and this is the child: the other jobs are the parent's.
      guard Fork.generation == generation else { break }
      // Both executors: then a switch between task and actor on this loop needs no enqueue.
      unsafe job.runSynchronously(isolatedTo: serial, taskExecutor: task)
    }
    jobs.removeAll(keepingCapacity: true)
  }

  private func fireTimers() {
    let now = now
    // Whatever is scheduled meanwhile has to wait for the next round, however early its deadline.
    let end = state.withLock { $0.nextTimer }
    while let timer = state.withLock({ $0.takeDue(at: now, before: end) }) {
      switch timer.effect {
      case .run(let body): body()
      case .notify(let token): handler(of: token)?.ready([])
      case .endWait(let end): end(false)
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
}

extension TelemetryLoop.State {
  /// Gives the handlers to tell and the waits to end. Timers that are to run code stay: it may be all that a task waits
  /// for.
  mutating func end() -> (handlers: [any LoopHandler], waits: [@Sendable (Bool) -> Void]) {
    ended = true
    var waits: [@Sendable (Bool) -> Void] = []
    var left: [TelemetryLoop.Timer] = []
    for timer in timers {
      switch timer.effect {
      case .run: left.append(timer)
      case .notify: break  // its handler is told
      case .endWait(let end): waits.append(end)
      }
    }
    timers = left
    return (handlers.removeAll(), waits.reversed())
  }
}
