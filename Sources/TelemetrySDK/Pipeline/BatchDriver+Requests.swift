extension BatchDriver {
  /// Asks and suspends the calling task. Returns a little after `limit` even if something blocks the loop.
  func wait(for kind: Request, _ limit: Duration) async -> FlushReport {
    let promise = Promise<FlushReport>()
    let watch = OverdueWatch.Ticket()
    let id = request(kind, within: limit) { report in
      promise.fulfil(report)
      watch.end()
    }
    // A simulation's loop can't be stuck.
    if let id, lease != nil, promise.current == nil {
      watch.begin(overdue(limit)) { [weak self] in self?.answerOverdue(kind, id) }
    }
    return await promise.value
  }

  /// When something must be blocking the loop, which else answers at the deadline.
  private func overdue(_ limit: Duration) -> Deadline {
    Deadline(MonotonicInstant.system + max(.zero, limit) + .milliseconds(20))
  }

  private func answerOverdue(_ kind: Request, _ id: UInt64) {
    switch kind {
    case .flush: withdraw(id)
    case .shutdown: forceClose()
    }
  }

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
      answerOverdue(kind, id)
      _ = answered.wait(until: .never)
    }
    return result.current!
  }
}
