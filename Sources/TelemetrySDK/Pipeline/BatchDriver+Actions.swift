internal import Synchronization

// On the loop's thread.
extension BatchDriver {
  private enum Step {
    case export(id: UInt64, count: Int, deadline: Deadline)
    case cancel(Task<Void, Never>?)
    case discard([Item])
    case expediteExporter(deadline: Deadline)
    case flushExporter(id: UInt64, deadline: Deadline)
    case shutdownExporter(deadline: Deadline)
    case answer(Answer?, FlushReport)
    case say(BatchStateMachine.Action)
    case close([Task<Void, Never>])
  }

  func ready(_ readiness: Readiness) { drive() }

  /// Carries out what the machine decides, until it has nothing more to say; then arms the timer for its next word.
  private func drive() {
    let now = loop.now
    let slots = slots
    while true {
      let (step, producers) = withState { state -> (Step?, [BlockedProducer<Item>]) in
        state.machine.settings.maxConcurrentExports = slots
        let action = state.machine.next(at: now, queuedBytes: state.ring.bytes)
        let step = action.map { apply($0, &state) }
        return (step, settleProducers(&state))
      }
      for producer in producers { producer.turn.signal() }
      if let step { perform(step) } else if producers.isEmpty { break }
    }
    arm()
  }

  /// The part of an action that belongs under the lock.
  private func apply(_ action: BatchStateMachine.Action, _ state: inout State) -> Step {
    switch action {
    case .export(let id, let count, let deadline):
      let (items, bytes) = state.ring.removeFirst(count, maxBytes: maxExportBatchBytes)
      if items.count < count { state.machine.shorten(export: id, to: items.count) }
      state.exports[id] = Running(items: items, task: nil, count: items.count, bytes: bytes)
      return .export(id: id, count: items.count, deadline: deadline)
    case .cancel(let id):
      return .cancel(state.exports[id]?.task)
    case .discard(let count):
      let (items, bytes) = state.ring.removeFirst(count)
      budget.give(bytes)
      return .discard(items)
    case .expediteExporter(let deadline):
      return .expediteExporter(deadline: deadline)
    case .flushExporter(let id, let deadline):
      return .flushExporter(id: id, deadline: deadline)
    case .shutdownExporter(let deadline):
      return .shutdownExporter(deadline: deadline)
    case .answer(let id, let complete, let lost):
      let report = FlushReport(isComplete: complete, lost: lost, ledger: state.machine.ledger)
      return .answer(state.answers.removeValue(forKey: id), report)
    case .reportDrops, .reportRecovery, .reportAbandoned:
      return .say(action)
    case .close:
      return .close(state.exports.values.compactMap(\.task))
    }
  }

  private func perform(_ step: Step) {
    switch step {
    case .export(let id, let count, let deadline): start(id, count, deadline)
    case .cancel(let task): task?.cancel()
    case .discard: break  // released here, outside the lock
    case .expediteExporter(let deadline):
      Task(executorPreference: loop) { await self.loopExporter?.expedite(deadline: deadline) }
    case .flushExporter(let id, let deadline):
      Task(executorPreference: loop) {
        let done = await self.exporter.forceFlush(deadline: deadline)
        self.withState { $0.machine.exporterFlushed(id, done) }
        self.drive()
      }
    case .shutdownExporter(let deadline):
      Task(executorPreference: loop) {
        await self.exporter.shutdown(deadline: deadline)
        self.withState { $0.machine.exporterEnded() }
        self.drive()
      }
    case .answer(let answer, let report): answer?(report)
    case .say(let action): say(action)
    case .close(let tasks):
      for task in tasks { task.cancel() }
      letGo()
    }
  }

  private func start(_ id: UInt64, _ count: Int, _ deadline: Deadline) {
    let task = Task(executorPreference: loop) {
      // Handed over, not held on to: an exporter that has encoded the items lets go of them.
      let outcome = await self.export(self.takeItems(id), deadline)
      self.ended(id, count, outcome)
    }
    // The task can't have begun: it needs this thread.
    change(id) { $0.task = task }
  }

  private func export(_ items: consuming [Item], _ deadline: Deadline) async -> ExportOutcome {
    guard let loopExporter, loopExporter.appliesExportTimeout else {
      return await exporter.export(consume items, deadline: deadline)
    }
    return await loopExporter.export(consume items, timeout: exportTimeout, deadline: deadline)
  }

  private func takeItems(_ id: UInt64) -> [Item] {
    var items: [Item] = []
    change(id) { items = $0.items.take() ?? [] }
    return items
  }

  /// Gets and sets the value: changing it in place in the dictionary would allocate eleven times, for frames and
  /// variables of the coroutines inside, since this code isn't specialised for the item.
  private func change(_ id: UInt64, _ body: (inout Running) -> Void) {
    withState { state in
      guard var running = state.exports[id] else { return }
      body(&running)
      state.exports[id] = running
    }
  }

  private func ended(_ id: UInt64, _ count: Int, _ claimed: ExportOutcome) {
    let (outcome, changed) = claimed.balanced(count: count)
    let (ending, word) = withState { state -> (BatchStateMachine.Ending, ExportReporter.Word?) in
      if let running = state.exports.removeValue(forKey: id) { budget.give(running.bytes) }
      let ending = state.machine.exportEnded(id, outcome)
      return (ending, ending == .settled ? state.failures.note(outcome, count: count) : nil)
    }
    if changed {
      diagnostics.emit(
        .warning, "an exporter's outcome doesn't account for its batch",
        [("batch", "\(count)"), ("claimed", "\(claimed.resolved(count: count).total)")])
    }
    if ending == .late {
      diagnostics.emit(
        .debug, "an export ended after it had been given up",
        [("items", "\(count)"), ("exported", "\(outcome.exported)")])
    }
    if let word { word.say(to: diagnostics) }
    drive()
  }

  /// One timer for whatever comes first; none when nothing is to come.
  private func arm() {
    let (old, deadline) = withState { state in
      let deadline = state.machine.deadline
      let old = state.timer
      return (old, deadline)
    }
    let now = loop.now
    // A timer that has fired is not told from one that is armed: after its time it counts as fired.
    if let old {
      if old.deadline == deadline, !old.deadline.hasPassed(at: now) { return }
      loop.cancel(old.id)
    }
    let timer: (TelemetryLoop.TimerID, Deadline)? =
      deadline.isNever ? nil : (loop.schedule(at: deadline, notifying: token), deadline)
    withState { $0.timer = timer.map { (id: $0.0, deadline: $0.1) } }
  }

  private func say(_ action: BatchStateMachine.Action) {
    switch action {
    case .reportDrops(let count, let reason):
      diagnostics.emit(
        .warning, "items are dropped: the queue is full", [("dropped", "\(count)"), ("reason", "\(reason)")])
    case .reportAbandoned(let items, let hanging):
      diagnostics.emit(
        .warning, "an export is given up: the exporter didn't return after its deadline and its cancellation",
        [("lost", "\(items)"), ("hangingCalls", "\(hanging)")])
    case .reportRecovery(let dropped):
      diagnostics.emit(.warning, "the queue has room again", [("dropped", "\(dropped)")])
    default: break
    }
  }
}
