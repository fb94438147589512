/// The end without the loop, which has ended or is blocked past a shutdown's deadline.
extension BatchDriver {
  func loopEnded() { forceClose() }

  /// Ends everything. The requests are answered first: cancellation handlers are users' code and may take their time.
  func forceClose() {
    var discarded: [EncodedBatch] = []
    let (actions, producers) = withState { state in
      let actions = state.machine.loopFailed()
      for action in actions { discarded += dequeue(for: action, &state) }
      return (actions, admitBlockedProducers(&state))
    }
    var endsExporter = false
    for action in actions {
      switch action {
      case .collection, .answer: perform(action)
      case .shutdownExporter: endsExporter = true
      default: break
      }
    }
    for producer in producers { producer.turn.signal() }
    let tasks = runningTasks
    if endsExporter { endExporter() } else { leaveLoop() }
    cancel(tasks)
    discarded = []  // released outside the lock
    withState { $0.queue.trim() }
  }

  /// Calls the exporter's `shutdown` on the loop. The processor keeps the loop's thread until then, but at most a second.
  private func endExporter() {
    let deadline = Deadline(loop.now)
    loop.schedule(at: Deadline(loop.now + .seconds(1))) { [weak self] in self?.leaveLoop() }
    Task(executorPreference: loop) {
      await self.exporter.shutdown(deadline: deadline)
      self.leaveLoop()
    }
  }

  /// Cancels the tasks on a blocking thread, since the caller's thread may be that of a loop or of ``OverdueWatch``.
  private func cancel(_ tasks: [Task<Void, Never>]) {
    guard !tasks.isEmpty else { return }
    guard let runtime = lease?.runtime else {
      for task in tasks { task.cancel() }
      return
    }
    runtime.startBlocking {
      for task in tasks { task.cancel() }
    }
  }
}
