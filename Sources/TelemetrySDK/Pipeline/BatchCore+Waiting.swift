extension BatchCore {
  /// Asks and suspends the calling task.
  func wait(for kind: Request, _ limit: Duration) async -> FlushReport {
    let promise = Promise<FlushReport>()
    let answered = BlockingSemaphore()
    request(kind, within: limit) { report in
      promise.fulfil(report)
      answered.signal()
    }
    if kind == .shutdown, promise.current == nil { watch(answered, limit) }
    return await promise.value
  }

  /// Ends a shutdown that is overdue because an exporter blocks the loop's thread. A thread of its own: the loop is the
  /// one that may be stuck, and the blocking threads have names to look up for what is still exported.
  private func watch(_ answered: BlockingSemaphore, _ limit: Duration) {
    guard let configuration = lease?.runtime.configuration else { return }  // a simulation's loop can't be stuck
    let end = overdue(limit)
    // Without a thread the loop alone keeps the deadline, which it does unless it is blocked.
    try? ThreadSystem.start(
      name: "\(configuration.threadNamePrefix)-end", stackSize: configuration.threadStackSize
    ) { [self] in
      if !answered.wait(until: end) { forceClose() }
    }
  }

  /// When something must be blocking the loop, which else answers at the deadline.
  private func overdue(_ limit: Duration) -> Deadline { Deadline(.system + max(.zero, limit) + .milliseconds(20)) }

  /// Asks and blocks the calling thread, whatever the loop does, until a little after `limit`.
  func block(for kind: Request, _ limit: Duration) -> FlushReport {
    precondition(
      TelemetryLoop.current == nil,
      "a blocking flush or shutdown on a telemetry thread would wait for itself: use the async form")
    let result = Promise<FlushReport>()
    let answered = BlockingSemaphore()
    let id = request(kind, within: limit) { report in
      result.fulfil(report)
      answered.signal()
    }
    // The loop answers at the deadline; only if something blocks it is the answer made here.
    if let id, !answered.wait(until: overdue(limit)) {
      switch kind {
      case .flush: withdraw(id)
      case .shutdown: forceClose()
      }
      _ = answered.wait(until: .never)
    }
    return result.current!
  }
}
