extension BatchCore {
  /// Asks and suspends the calling task.
  func wait(for kind: Request, _ limit: Duration) async -> FlushReport {
    let promise = Promise<FlushReport>()
    request(kind, within: limit) { promise.fulfil($0) }
    return await promise.value
  }

  /// Asks and blocks the calling thread, whatever the loop does, until a little after `limit`.
  func block(for kind: Request, _ limit: Duration) -> FlushReport {
    precondition(
      EventLoop.current == nil,
      "a blocking flush or shutdown on a telemetry thread would wait for itself: use the async form")
    let result = Promise<FlushReport>()
    let answered = BlockingSemaphore()
    let id = request(kind, within: limit) { report in
      result.fulfil(report)
      answered.signal()
    }
    // The loop answers at the deadline; only if something blocks it is the answer made here.
    if let id, !answered.wait(until: Deadline(.system + max(.zero, limit) + .milliseconds(20))) {
      switch kind {
      case .flush: withdraw(id)
      case .shutdown: forceClose()
      }
      _ = answered.wait(until: .never)
    }
    return result.current!
  }
}
