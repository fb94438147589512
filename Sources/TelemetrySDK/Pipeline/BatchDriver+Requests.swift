/// Flush and shutdown, from any thread.
extension BatchDriver {
  /// Requests a flush or a shutdown. `answer` is called once, on any thread.
  /// - Returns: The request, or nil if the processor was closed before; then `answer` has been called.
  @discardableResult
  func request(_ request: ProcessorRequest, within limit: Duration, _ answer: @escaping Answer) -> RequestID? {
    let now = loop.now
    let deadline = Deadline(now + max(.zero, limit))
    let (id, ledger) = withState { state -> (RequestID?, Ledger) in
      guard state.machine.phase != .closed else { return (nil, state.machine.ledger) }
      let id =
        switch request {
        case .flush: state.machine.flushRequested(by: deadline)
        case .shutdown: state.machine.shutdownRequested(by: deadline, at: now)
        }
      state.answers[id] = answer
      return (id, Ledger())
    }
    if id == nil {
      answer(FlushReport(isComplete: true, lost: 0, ledger: ledger))
    } else if !loop.notify(token) {
      forceClose()
    }
    return id
  }

  /// Ends a processor that is released without shutdown.
  func shutDownInBackground() { request(.shutdown, within: min(configuration.exportTimeout, .seconds(30))) { _ in } }

  /// Makes a request.
  /// - Returns: The answer, which comes shortly after `limit` at the latest, also if the loop is blocked.
  func ask(_ kind: ProcessorRequest, _ limit: Duration) -> Promise<FlushReport> {
    let promise = Promise<FlushReport>()
    let overdue = OverdueWatch.Wait()
    let id = request(kind, within: limit) { report in
      promise.fulfil(report)
      overdue.end()
    }
    // The loop of a simulation is never blocked.
    if let id, lease != nil, promise.current == nil {
      overdue.begin(OverdueWatch.deadline(limit)) { [weak self] in self?.answerOverdue(kind, id) }
    }
    return promise
  }

  /// Makes a request for a thread that will wait.
  /// - Returns: A function that blocks the calling thread until the request is answered, or until shortly after `limit`
  ///   from now if the loop is blocked. It must be called once.
  func begin(_ kind: ProcessorRequest, _ limit: Duration) -> () -> FlushReport {
    precondition(
      TelemetryLoop.current == nil,
      "a blocking flush or shutdown on a telemetry thread would wait for itself: use the async form")
    let promise = Promise<FlushReport>()
    let answered = BlockingSemaphore()
    let overdue = OverdueWatch.deadline(limit)
    let id = request(kind, within: limit) { report in
      promise.fulfil(report)
      answered.signal()
    }
    return { [self] in
      if let id, !answered.wait(until: overdue) {
        answerOverdue(kind, id)
        _ = answered.wait(until: .never)
      }
      return promise.current!
    }
  }

  /// Answers instead of the loop, which is blocked. If the machine has just decided the answer, the loop gives it.
  func answerOverdue(_ request: ProcessorRequest, _ id: RequestID) {
    guard request == .flush else { return forceClose() }
    let (answer, report) = withState { state -> (Answer?, FlushReport) in
      let lost = state.machine.flushWithdrawn(id)
      return (
        lost == nil ? nil : state.answers.removeValue(forKey: id),
        FlushReport(isComplete: false, lost: lost ?? 0, ledger: state.machine.ledger)
      )
    }
    answer?(report)
  }
}
