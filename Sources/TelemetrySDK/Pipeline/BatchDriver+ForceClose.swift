internal import Synchronization

// The end without the loop: it is gone, or something blocks it past a shutdown's deadline.
extension BatchDriver {
  private struct End: Sendable {
    var answers: [(Answer, complete: Bool, lost: Int)] = []
    var discarded: [Item] = []
    var producers: [BlockedProducer<Item>] = []
    var tasks: [Task<Void, Never>] = []
    var endsExporter = false
  }

  /// How long the exporter's `shutdown` keeps the runtime's threads after the processor's end.
  private static var patience: Duration { .seconds(1) }

  /// Ends everything. Answers come first: what is cancelled and released then is users' code, which may take its time.
  func forceClose() {
    let end = withState { state in close(&state) }
    // All is applied by now, so every answer gets the final ledger.
    let ledger = ledger
    for (answer, complete, lost) in end.answers {
      answer(FlushReport(isComplete: complete, lost: lost, ledger: ledger))
    }
    for producer in end.producers { producer.turn.signal() }
    if end.endsExporter { endExporter() } else { letGo() }
    cleanUp(end)
  }

  private func close(_ state: inout State) -> End {
    var end = End()
    for action in state.machine.forceClose() {
      switch action {
      case .answer(let id, let complete, let lost):
        if let answer = state.answers.removeValue(forKey: id) { end.answers.append((answer, complete, lost)) }
      case .discard(let count):
        let (items, bytes) = state.ring.removeFirst(count)
        budget.give(bytes)
        end.discarded = items
      case .shutdownExporter: end.endsExporter = true
      default: break
      }
    }
    end.producers = settleProducers(&state)
    end.tasks = state.exports.values.compactMap(\.task)
    return end
  }

  /// Best effort: nobody waits for it, but the runtime's threads stay a moment for it.
  private func endExporter() {
    let deadline = Deadline(loop.now)
    loop.schedule(at: Deadline(loop.now + Self.patience)) { [weak self] in self?.letGo() }
    Task(executorPreference: loop) {
      await self.exporter.shutdown(deadline: deadline)
      self.letGo()
    }
  }

  /// On a blocking thread, since the caller may be a loop's thread or the one that watches over all overdue waits.
  private func cleanUp(_ end: End) {
    guard !end.tasks.isEmpty || !end.discarded.isEmpty else { return }
    guard let runtime = lease?.runtime else {
      for task in end.tasks { task.cancel() }
      return
    }
    runtime.startBlocking { for task in end.tasks { task.cancel() } }
  }

  func letGo() {
    loop.unregister(token)
    lease?.end()
  }
}
