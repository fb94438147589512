extension TelemetryLoop {
  /// Names a timer.
  package struct TimerID: Hashable, Sendable {
    let number: UInt64
  }

  /// Runs `body` on the loop once `deadline` has passed, also after the loop has ended. A deadline of `.never` never
  /// fires.
  @discardableResult
  package func schedule(at deadline: Deadline, _ body: @escaping @Sendable () -> Void) -> TimerID {
    schedule(.run(body), at: deadline)
  }

  /// Calls `ready` of a registered handler once `deadline` has passed. Allocates nothing.
  package func schedule(at deadline: Deadline, notifying token: HandlerToken) -> TimerID {
    schedule(.notify(token), at: deadline)
  }

  /// Calls `end` on the loop: with false once `deadline` has passed, or with true when the loop ends before.
  func scheduleWait(until deadline: Deadline, _ end: @escaping @Sendable (Bool) -> Void) -> TimerID {
    schedule(.endWait(end), at: deadline)
  }

  private func schedule(_ effect: TimerQueue.Effect, at deadline: Deadline) -> TimerID {
    wakeIfAsleep { $0.timers.schedule(effect, at: deadline) }
  }

  /// Cancels a timer.
  /// - Returns: False if the timer has fired already.
  @discardableResult
  package func cancel(_ id: TimerID) -> Bool {
    let effect = state.withLock { $0.timers.cancel(id) }
    return effect != nil  // released outside the lock
  }

  /// Suspends the calling task until `deadline`.
  /// - Returns: False, at once, if the task is or gets cancelled or the loop ends meanwhile.
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

  /// The numbers of pending timers and registered handlers, in which a test sees a leak.
  package var held: (timers: Int, handlers: Int) {
    state.withLock { ($0.timers.count, $0.handlers.count) }
  }
}
