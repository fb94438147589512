extension BatchStateMachine {
  /// The next thing to do at `now`, until nil; then `deadline` says when to ask again if nothing happens before.
  mutating func next(at now: MonotonicInstant, queuedBytes: Int) -> Action? {
    wakePending = false
    guard phase != .closed else { return nil }
    if let action = giveUpOverdueExport(at: now) { return action }
    if let action = expediteExporter(at: now) { return action }
    if let action = answerFlush(at: now) { return action }
    if phase == .draining {
      if let action = advanceShutdown(at: now) { return action }
    } else {
      advanceSchedule(at: now)
    }
    if let action = beginExport(at: now, queuedBytes: queuedBytes) { return action }
    return reportDrops(at: now)
  }

  /// When `next(at:)` has to be asked again at the latest; never, when nothing is under way.
  var deadline: Deadline {
    guard phase != .closed else { return .never }
    var result = scheduleAt
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

  // MARK: Schedule

  /// The delay runs from the first item that has no other reason to be exported; with none queued it doesn't run.
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

  // MARK: Exports

  /// During shutdown an export that was given more time than is left is cancelled when that has passed.
  private func cancelTime(_ export: Export, _ planned: Deadline) -> Deadline {
    guard let shutdown, export.deadline > shutdown.exportDeadline else { return planned }
    return min(planned, shutdown.exportDeadline)
  }

  /// Near the end of a shutdown its deadline decides, and names the reason.
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
        return .reportAbandoned(items: export.count, hanging: abandonedCount)
      case .abandoned: continue
      }
    }
    return nil
  }

  /// Only while there is something to export. A flush that goes on after the time that the exporter was told of has it
  /// told again.
  private mutating func expediteExporter(at now: MonotonicInstant) -> Action? {
    if expediteBy == nil, let told = expedited, told.hasPassed(at: now) {
      expedited = nil
      expediteBy = waits(after: now)
    }
    guard let deadline = expediteBy else { return nil }
    expediteBy = nil
    guard head < tail || hasLiveExport else { return nil }
    expedited = deadline
    return .expediteExporter(deadline: deadline)
  }

  /// The first end of a flush or shutdown that still waits for exports.
  private func waits(after now: MonotonicInstant) -> Deadline? {
    var ends = flushes.filter { $0.stage == .waiting }.map(\.deadline)
    if let shutdown, shutdown.stage == .draining { ends.append(shutdown.exportDeadline) }
    return ends.filter { !$0.hasPassed(at: now) }.min()
  }

  private var hasLiveExport: Bool { exports.contains { $0.stage != .abandoned } }

  // MARK: Flush

  private func isSettled(before watermark: UInt64) -> Bool {
    head >= watermark && !exports.contains { $0.stage != .abandoned && $0.first < watermark }
  }

  private mutating func answerFlush(at now: MonotonicInstant) -> Action? {
    for index in flushes.indices {
      let flush = flushes[index]
      let isLate = flush.deadline.hasPassed(at: now)
      switch flush.stage {
      case .waiting:
        let isSettled = isSettled(before: flush.watermark)
        if isLate { return answer(flushAt: index, complete: isSettled) }
        guard isSettled else { continue }
        flushes[index].stage = .flushingExporter
        return .flushExporter(id: flush.id, deadline: flush.deadline)
      case .flushingExporter:
        if isLate { return answer(flushAt: index, complete: false) }
      case .exporterFlushed(let done):
        return answer(flushAt: index, complete: done)
      }
    }
    return nil
  }

  private mutating func answer(flushAt index: Int, complete: Bool) -> Action {
    let flush = flushes.remove(at: index)
    return .answer(id: flush.id, complete: complete, lost: flush.lost)
  }

  // MARK: Shutdown

  private mutating func advanceShutdown(at now: MonotonicInstant) -> Action? {
    guard let current = shutdown else { return nil }
    if current.deadline.hasPassed(at: now) { return close(inTime: false) }
    let mustHurry = current.exportDeadline.hasPassed(at: now)
    switch current.stage {
    case .draining:
      if mustHurry {
        if head < tail || hasLiveExport || waiting > 0 { shutdown?.gaveUp = true }
        return discardQueue(.shutdown) ?? endExporter(current)
      }
      guard head == tail, !hasLiveExport, waiting == 0 else { return nil }
      shutdown?.stage = .flushingExporter
      return .flushExporter(id: current.ids[0], deadline: current.exportDeadline)
    case .flushingExporter:
      guard mustHurry else { return nil }
      shutdown?.gaveUp = true
      return endExporter(current)
    case .exporterFlushed:
      return endExporter(current)
    case .endingExporter:
      return current.exporterEnded && !hasLiveExport && waiting == 0 ? close(inTime: true) : nil
    }
  }

  private mutating func endExporter(_ current: Shutdown) -> Action {
    shutdown?.stage = .endingExporter
    return .shutdownExporter(deadline: current.deadline)
  }

  /// Counts what is left as dropped and answers everybody; then there is only `close` to do.
  private mutating func close(inTime: Bool) -> Action? {
    if let action = discardQueue(.shutdown) {
      shutdown?.gaveUp = true
      return action
    }
    if waiting > 0 { shutdown?.gaveUp = true }
    for index in exports.indices where exports[index].stage != .abandoned {
      shutdown?.gaveUp = true
      abandon(index, .shutdown)
    }
    if let current = shutdown, current.stage != .endingExporter { return endExporter(current) }
    if !flushes.isEmpty { return answer(flushAt: 0, complete: true) }
    if var current = shutdown, let id = current.ids.popLast() {
      shutdown = current
      current.gaveUp = current.gaveUp || !inTime
      return .answer(id: id, complete: !current.gaveUp, lost: current.lost)
    }
    if let current = drops, current.unreported > 0 {
      drops = nil
      return .reportDrops(count: current.unreported, reason: current.reason)
    }
    phase = .closed
    expediteBy = nil
    exports = []
    drops = nil
    return .close
  }

  /// The loop is gone, or stuck past a shutdown's deadline: everything ends at once. The actions that are left.
  mutating func forceClose() -> [Action] {
    guard phase != .closed else { return [] }
    let past = Deadline(.init(nanoseconds: .min))
    if shutdown == nil { shutdown = Shutdown(ids: [], deadline: past, exportDeadline: past) }
    phase = .draining
    var actions: [Action] = []
    while phase != .closed, let action = close(inTime: false) { actions.append(action) }
    return actions
  }

  // MARK: Drops

  private mutating func reportDrops(at now: MonotonicInstant) -> Action? {
    guard let current = drops, current.nextReport.hasPassed(at: now) else { return nil }
    guard current.unreported > 0 else {
      drops = nil
      return .reportRecovery(dropped: current.total)
    }
    drops?.unreported = 0
    drops?.nextReport = Deadline(now + BatchStateMachine.dropReportInterval)
    return .reportDrops(count: current.unreported, reason: current.reason)
  }
}
