extension TelemetryLoop {
  /// Runs `body` on the loop once `deadline` has passed, also after the loop has ended. A deadline of `.never` never
  /// fires.
  @discardableResult
  package func schedule(at deadline: Deadline, _ body: @escaping @Sendable () -> Void) -> TimerID {
    schedule(.run(body), at: deadline)
  }

  /// Calls `ready` of a registered handler once `deadline` has passed; allocates nothing.
  package func schedule(at deadline: Deadline, notifying token: UInt64) -> TimerID {
    schedule(.notify(token), at: deadline)
  }

  /// Calls `end` on the loop once `deadline` has passed, or with true when the loop ends before.
  func scheduleWait(until deadline: Deadline, _ end: @escaping @Sendable (Bool) -> Void) -> TimerID {
    schedule(.endWait(end), at: deadline)
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

  /// Suspends the calling task until `deadline`; returns false, at once, if the task is or gets cancelled or the loop
  /// ends meanwhile.
  @discardableResult
  package func sleep(until deadline: Deadline) async -> Bool {
    let promise = Promise<Bool>()
    let timer = scheduleWait(until: deadline) { hasEnded in promise.fulfil(!hasEnded) }
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
}
