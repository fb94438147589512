internal import Synchronization

/// The state machine's actions, on the loop's thread.
extension BatchDriver {
  func ready(_ readiness: Readiness) { performActions() }

  func performActions() {
    let now = loop.now
    let slots = slots
    while true {
      let (action, discarded, producers) = withState { state in
        state.machine.settings.maxConcurrentExports = slots
        let action = state.machine.nextAction(
          at: now, queuedBytes: state.queue.bytes, firstBatch: state.queue.firstCount)
        let discarded = action.map { dequeue(for: $0, &state) } ?? []
        return (action, discarded, admitBlockedProducers(&state))
      }
      _ = discarded  // released outside the lock
      for producer in producers { producer.turn.signal() }
      if let action { perform(action) } else if producers.isEmpty { break }
    }
    armTimer()
  }

  /// Removes the items of an action from the queue, in the locked section in which the machine decided the action.
  /// - Returns: The memory to release.
  func dequeue(for action: BatchStateMachine.Action, _ state: inout State) -> [EncodedBatch] {
    switch action {
    case .export(let id, _, _):
      let batch = state.queue.removeFirstBatch()
      state.exports[id] = RunningExport(batch: batch, task: nil, bytes: batch.range.count)
      return []
    case .discard:
      budget.give(state.queue.bytes)
      var batches: [EncodedBatch] = []
      while state.queue.count > 0 { batches.append(state.queue.removeFirstBatch()) }
      return batches
    default: return []
    }
  }

  func perform(_ action: BatchStateMachine.Action) {
    switch action {
    case .export(let id, _, let deadline): startExport(id, deadline)
    case .cancel(let id): withState { $0.exports[id]?.task }?.cancel()
    case .discard: break  // `dequeue` has done it
    case .collection(let action): perform(action)
    case .expediteExporter(let deadline):
      Task(executorPreference: loop) { await self.loopExporter?.expedite(deadline: deadline) }
    case .flushExporter(let id, let deadline):
      startExporterTask {
        let isComplete = await self.exporter.forceFlush(deadline: deadline)
        self.withState { $0.machine.exporterFlushed(id, isComplete) }
        self.performActions()
      }
    case .shutdownExporter(let deadline):
      startExporterTask {
        await self.exporter.shutdown(deadline: deadline)
        self.withState { $0.machine.exporterEnded() }
        self.performActions()
      }
    case .answer(let id, let isComplete, let lost):
      let (answer, ledger) = withState { ($0.answers.removeValue(forKey: id), $0.machine.ledger) }
      answer?(FlushReport(isComplete: isComplete, lost: lost, ledger: ledger))
    case .report(let event): diagnostics.emit(event.level, event.message, event.fields)
    case .close:
      for task in runningTasks { task.cancel() }
      withState { $0.queue.trim() }
      leaveLoop()
    }
  }

  private func startExport(_ id: ExportID, _ deadline: Deadline) {
    let task = startExporterTask {
      let batch = self.takeBatch(of: id)
      let count = batch.encoded.itemCount
      let outcome = await self.export(consume batch, deadline)
      self.exportEnded(id, count, outcome)
    }
    // The task hasn't begun: it runs on this thread.
    changeExport(id) { $0.task = task }
  }

  private func export(_ batch: consuming Batch<Item>, _ deadline: Deadline) async -> ExportOutcome {
    guard let loopExporter, loopExporter.appliesExportTimeout else {
      return await exporter.export(consume batch, deadline: deadline)
    }
    return await loopExporter.export(consume batch, timeout: configuration.exportTimeout, deadline: deadline)
  }

  /// Starts a task that calls the exporter. A custom exporter may use a client that is traced: spans of that would be exported in
  /// their turn, without end (RULES 4.8.9). Exporters of this package use none.
  @discardableResult
  private func startExporterTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    guard loopExporter == nil else { return Task(executorPreference: loop, operation: body) }
    return TraceContext.withRecordingSuppressed { Task(executorPreference: loop, operation: body) }
  }

  private func takeBatch(of id: ExportID) -> Batch<Item> {
    var batch = EncodedBatch.empty
    changeExport(id) { batch = $0.batch.take() ?? .empty }
    return Batch(batch)
  }

  /// Gets and sets the value: a change in place allocates eleven times, for coroutine frames, since this code isn't
  /// specialised for the item.
  private func changeExport(_ id: ExportID, _ body: (inout RunningExport) -> Void) {
    withState { state in
      guard var export = state.exports[id] else { return }
      body(&export)
      state.exports[id] = export
    }
  }

  private func exportEnded(_ id: ExportID, _ count: Int, _ claimed: ExportOutcome) {
    let (outcome, isCorrected) = claimed.balanced(count: count)
    let reporter = withState { state -> ExportReporter? in
      if let export = state.exports.removeValue(forKey: id) { budget.give(export.bytes) }
      if state.machine.phase == .closed { state.queue.trim() }  // the batch's block has returned to the pool
      return state.machine.exportEnded(id, outcome) ? state.reporter.exportEnded(outcome) : nil
    }
    if isCorrected {
      diagnostics.emit(
        .warning, "an exporter's outcome doesn't account for its batch",
        [("batch", "\(count)"), ("claimed", "\(claimed.resolved(count: count).total)")])
    }
    if let reporter {
      reporter.report(outcome, to: diagnostics)
    } else {
      diagnostics.emit(
        .debug, "an export ended after it had been given up",
        [("items", "\(count)"), ("exported", "\(outcome.exported)")])
    }
    performActions()
  }

  /// Keeps a single timer, for the machine's next deadline.
  private func armTimer() {
    let (old, deadline) = withState { ($0.timer, $0.machine.nextDeadline) }
    if let old {
      // The loop doesn't report whether a timer has fired, so after the deadline the timer counts as fired.
      if old.deadline == deadline, !old.deadline.hasPassed(at: loop.now) { return }
      loop.cancel(old.id)
    }
    let timer = deadline.isNever ? nil : (id: loop.schedule(at: deadline, notifying: token), deadline: deadline)
    withState { $0.timer = timer }
  }

  var runningTasks: [Task<Void, Never>] {
    withState { $0.exports.values.compactMap(\.task) + $0.collection.tasks.values }
  }

  func leaveLoop() {
    loop.unregister(token)
    lease?.end()
  }
}
