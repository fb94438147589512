extension BatchStateMachine {
  /// The next action at `now`. After nil, the driver asks again at `nextDeadline` or after the next input.
  /// - Parameters:
  ///   - queuedBytes: The bytes of the queue.
  ///   - firstBatch: The number of items in the queue's first batch.
  mutating func nextAction(at now: MonotonicInstant, queuedBytes: Int, firstBatch: Int) -> Action? {
    wakePending = false
    guard phase != .closed else { return nil }
    if let action = giveUpOverdueExport(at: now) { return action }
    if let action = advanceCollections(at: now) { return action }
    if let action = expediteExporter(at: now) { return action }
    if let action = answerFlush(at: now) { return action }
    if phase == .shuttingDown {
      if let action = advanceShutdown(at: now) { return action }
    } else {
      advanceSchedule(at: now)
    }
    if let action = beginExport(at: now, queuedBytes: queuedBytes, count: firstBatch) { return action }
    return reportDrops(at: now)
  }

  /// The latest time for the next call of `nextAction`; never, if no time is awaited.
  var nextDeadline: Deadline {
    guard phase != .closed else { return .never }
    var result = min(scheduleAt, collections?.nextDeadline ?? .never)
    for export in exports {
      switch export.stage {
      case .running(let at): result = min(result, cancelTime(export, at))
      case .cancelled(let at): result = min(result, abandonTime(at))
      case .abandoned: break
      }
    }
    for flush in flushes { result = min(result, flush.deadline) }
    if let shutdown {
      result = min(result, shutdown.stage == .endingExporter ? shutdown.deadline : shutdown.exportDeadline)
    }
    if let drops { result = min(result, drops.nextReport) }
    return result
  }

  // MARK: Exports

  /// The schedule delay runs from the first item that has no other reason to be exported.
  private mutating func advanceSchedule(at now: MonotonicInstant) {
    guard head < tail, head >= exportUpTo else {
      scheduleAt = .never
      return
    }
    if scheduleAt.isNever { scheduleAt = Deadline(now + settings.scheduleDelay) }
    if scheduleAt.hasPassed(at: now) {
      exportUpTo = tail
      scheduleAt = .never
    }
  }

  /// Takes the next batch off the queue if an export is due and a slot is free.
  private mutating func beginExport(at now: MonotonicInstant, queuedBytes: Int, count: Int) -> Action? {
    let isDue = head < exportUpTo || phase == .shuttingDown || blockedProducers > 0 || isBatchReady(queuedBytes)
    guard isDue, head < tail, hasFreeSlot else { return nil }
    var deadline = settings.exporterAppliesTimeout ? .never : Deadline(now + settings.exportTimeout)
    if let shutdown {
      guard !shutdown.exportDeadline.hasPassed(at: now) else { return nil }
      deadline = min(deadline, shutdown.exportDeadline)
    }
    let id = ExportID(number: newID())
    let cancelAt = Deadline(deadline.instant + BatchStateMachine.grace)
    exports.append(Export(id: id, first: head, count: count, deadline: deadline, stage: .running(cancelAt: cancelAt)))
    head += UInt64(count)
    scheduleAt = .never  // the delay of the remaining items starts now
    inFlight += count
    counts.totals.exports += 1
    return .export(id: id, count: count, deadline: deadline)
  }

  /// A shutdown that ends before an export's own deadline cancels the export at the shutdown's export deadline.
  private func cancelTime(_ export: Export, _ planned: Deadline) -> Deadline {
    guard let shutdown, export.deadline > shutdown.exportDeadline else { return planned }
    return min(planned, shutdown.exportDeadline)
  }

  /// From a shutdown's export deadline on, only the shutdown's end abandons exports, and gives the reason.
  private func abandonTime(_ planned: Deadline) -> Deadline {
    guard let shutdown, planned >= shutdown.exportDeadline else { return planned }
    return .never
  }

  private mutating func giveUpOverdueExport(at now: MonotonicInstant) -> Action? {
    for index in exports.indices {
      let export = exports[index]
      switch export.stage {
      case .running(let planned):
        guard cancelTime(export, planned).hasPassed(at: now) else { continue }
        exports[index].stage = .cancelled(abandonAt: Deadline(now + BatchStateMachine.grace))
        return .cancel(export: export.id)
      case .cancelled(let at):
        guard abandonTime(at).hasPassed(at: now) else { continue }
        abandon(index, .timeout)
        return .report(
          DiagnosticEvent(
            .warning, "an export is given up: the exporter didn't return after its deadline and its cancellation",
            fields: [("lost", "\(export.count)"), ("hangingCalls", "\(abandonedCount)")]))
      case .abandoned: continue
      }
    }
    return nil
  }

  /// Counts the items of an export as lost; the outcome of its call is ignored.
  private mutating func abandon(_ index: Int, _ reason: DropReason) {
    exports[index].stage = .abandoned
    abandonedCount += 1
    settle(exports[index], ExportOutcome(dropped: [reason: exports[index].count]))
  }

  mutating func settle(_ export: Export, _ outcome: ExportOutcome) {
    inFlight -= export.count
    counts.add(outcome)
    lose(export.count - outcome.exported, of: export.first, count: export.count)
  }

  /// Counts a loss for the flushes and the shutdown that wait for the items. If a flush's watermark divides the batch, the
  /// lost items may be in either part, so the flush counts as many lost items as the first part can hold.
  mutating func lose(_ lost: Int, of first: UInt64, count: Int) {
    guard lost > 0 else { return }
    for index in flushes.indices where first < flushes[index].watermark {
      flushes[index].lost += min(lost, Int(min(UInt64(count), flushes[index].watermark - first)))
    }
    shutdown?.lost += lost
  }

  private var hasLiveExport: Bool { exports.contains { $0.stage != .abandoned } }

  // MARK: Flush

  /// Only while there are items to export. If a flush still waits when the last deadline has passed, the exporter is
  /// expedited again.
  private mutating func expediteExporter(at now: MonotonicInstant) -> Action? {
    if expediteBy == nil, let last = expedited, last.hasPassed(at: now) {
      expedited = nil
      var deadlines = flushes.filter { $0.stage == .waiting }.map(\.deadline)
      if let shutdown, shutdown.stage == .draining { deadlines.append(shutdown.exportDeadline) }
      expediteBy = deadlines.filter { !$0.hasPassed(at: now) }.min()
    }
    guard let deadline = expediteBy else { return nil }
    expediteBy = nil
    guard head < tail || hasLiveExport else { return nil }
    expedited = deadline
    return .expediteExporter(deadline: deadline)
  }

  private mutating func answerFlush(at now: MonotonicInstant) -> Action? {
    for index in flushes.indices {
      let flush = flushes[index]
      let isLate = flush.deadline.hasPassed(at: now)
      switch flush.stage {
      case .collecting:
        if isLate { return flushExporterLate(index, isSettled: false) }
      case .waiting:
        let isSettled = isSettled(flush)
        if isLate, collections != nil { return flushExporterLate(index, isSettled: isSettled) }
        if isLate { return answer(flushAt: index, isComplete: isSettled) }
        guard isSettled else { continue }
        flushes[index].stage = .flushingExporter
        return .flushExporter(id: flush.id, deadline: flush.deadline)
      case .flushingExporter:
        if isLate { return answer(flushAt: index, isComplete: false) }
      case .exporterFlushed(let isComplete):
        return answer(flushAt: index, isComplete: isComplete)
      }
    }
    return nil
  }

  private func isSettled(_ flush: Flush) -> Bool {
    head >= flush.watermark && !exports.contains { $0.stage != .abandoned && $0.first < flush.watermark }
  }

  /// A reader flushes its exporter also after the deadline, but doesn't wait for it (RULES 4.15.2).
  private mutating func flushExporterLate(_ index: Int, isSettled: Bool) -> Action {
    flushes[index].stage = .exporterFlushed(isSettled)
    return .flushExporter(id: flushes[index].id, deadline: flushes[index].deadline)
  }

  private mutating func answer(flushAt index: Int, isComplete: Bool) -> Action {
    let flush = flushes.remove(at: index)
    return .answer(id: flush.id, isComplete: isComplete, lost: flush.lost)
  }

  // MARK: Shutdown

  private mutating func advanceShutdown(at now: MonotonicInstant) -> Action? {
    guard let current = shutdown else { return nil }
    if current.deadline.hasPassed(at: now) { return close(inTime: false) }
    let isLate = current.exportDeadline.hasPassed(at: now)
    switch current.stage {
    case .collecting:
      return isLate ? stopCollecting() ?? advanceShutdown(at: now) : nil
    case .draining:
      if isLate {
        if head < tail || hasLiveExport || blockedProducers > 0 { shutdown?.gaveUp = true }
        return discardQueue() ?? endExporter(current)
      }
      guard head == tail, !hasLiveExport, blockedProducers == 0 else { return nil }
      shutdown?.stage = .flushingExporter
      return .flushExporter(id: current.ids[0], deadline: current.exportDeadline)
    case .flushingExporter:
      guard isLate else { return nil }
      shutdown?.gaveUp = true
      return endExporter(current)
    case .exporterFlushed:
      return endExporter(current)
    case .endingExporter:
      return current.exporterEnded && !hasLiveExport && blockedProducers == 0 ? close(inTime: true) : nil
    }
  }

  private mutating func endExporter(_ current: Shutdown) -> Action {
    shutdown?.stage = .endingExporter
    return .shutdownExporter(deadline: current.deadline)
  }

  /// Drops all queued items.
  private mutating func discardQueue() -> Action? {
    let count = queued
    guard count > 0 else { return nil }
    counts.drop(count, .shutdown)
    lose(count, of: head, count: count)
    head = tail
    return .discard(count: count)
  }

  /// Counts all remaining items as dropped and answers all requests, one action at a time; `close` is the last.
  mutating func close(inTime: Bool) -> Action? {
    if collections?.running != nil, let action = stopCollecting() { return action }
    if let action = discardQueue() {
      shutdown?.gaveUp = true
      return action
    }
    if blockedProducers > 0 { shutdown?.gaveUp = true }
    for index in exports.indices where exports[index].stage != .abandoned {
      shutdown?.gaveUp = true
      abandon(index, .shutdown)
    }
    if let current = shutdown, current.stage != .endingExporter { return endExporter(current) }
    if let flush = flushes.first { return answer(flushAt: 0, isComplete: !flush.isCollecting) }
    if let current = shutdown, let id = shutdown?.ids.popLast() {
      return .answer(id: id, isComplete: inTime && !current.gaveUp, lost: current.lost)
    }
    if let current = drops, current.unreported > 0 {
      drops = nil
      return report(current)
    }
    phase = .closed
    expediteBy = nil
    exports = []
    drops = nil
    return .close
  }

  // MARK: Drops

  private mutating func reportDrops(at now: MonotonicInstant) -> Action? {
    guard let current = drops, current.nextReport.hasPassed(at: now) else { return nil }
    guard current.unreported > 0 else {
      drops = nil
      return .report(
        DiagnosticEvent(.warning, "the queue has room again", fields: [("dropped", "\(current.total)")]))
    }
    drops?.unreported = 0
    drops?.nextReport = Deadline(now + BatchStateMachine.dropReportInterval)
    return report(current)
  }

  private func report(_ drops: DropEpisode) -> Action {
    .report(
      DiagnosticEvent(
        .warning, "items are dropped: the queue is full",
        fields: [("dropped", "\(drops.unreported)"), ("reason", "\(drops.reason)")]))
  }
}
