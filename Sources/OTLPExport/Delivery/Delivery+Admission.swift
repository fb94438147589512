internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

// Admission of calls: the destination decides when a call may begin, the queue keeps the order of arrival.
extension Delivery {
  /// A call in a task of its own.
  struct OwnTask {
    let signal: OTLPSignal
    let task: Task<Result<ExportResponse, AttemptFailure>, Never>
  }

  /// A call that began while the server was down. Its task can be cancelled once the server is back.
  struct Probe {
    let start: MonotonicInstant
    /// True if the probe was cancelled because the server responded to a later call.
    var isAbandoned = false
  }

  enum Admission {
    /// The call has begun.
    case go(Destination.Call)
    /// No further attempt is made.
    case stop(DropReason)
  }

  /// Waits until the part may be sent, at most until its deadline.
  func admit(_ export: inout ExportState) async -> Admission {
    while true {
      let now = loop.now
      if let reason = reasonToStop(export, at: now) {
        leaveQueue(&export)
        return .stop(reason)
      }
      if export.part.place == nil {
        if queue.first(at: now, isSuspended: destination.isSuspended) == nil, destination.decision(at: now) == .go {
          return .go(begin(export.number, at: now))
        }
        export.part.place = queue.join(export: export.number, notBefore: nil)
      }
      shortenBackoff(&export, at: now)
      if let call = await waitForAdmission(&export) { return .go(call) }
    }
  }

  /// A back-off that began in an outage may end after the export's time once the server is back. The back-off is shortened, so that
  /// there is a last attempt. There is no second: a batch that the server always fails would be resent at each response to
  /// another batch.
  private func shortenBackoff(_ export: inout ExportState, at now: MonotonicInstant) {
    guard let place = export.part.place, !export.part.hadLastAttempt else { return }
    let end = softDeadline(export)
    guard let notBefore = place.notBefore, Deadline(notBefore) >= end else { return }
    export.part.hadLastAttempt = true
    queue.shortenBackoff(of: place, to: max(now, end.instant + (.zero - Destination.Evidence.leastTime)))
  }

  private func reasonToStop(_ export: ExportState, at now: MonotonicInstant) -> DropReason? {
    if Task.isCancelled { return .shutdown }
    let deadline = softDeadline(export)
    if deadline.hasPassed(at: now) { return export.part.retry.timeoutReason }
    // 1.5.7
    if let end = destination.pauseEnd(at: now), Deadline(end) >= deadline { return .timeout }
    return nil
  }

  /// Waits in the queue for admission, the deadline, a change, or the task's cancellation.
  /// - Returns: The call if admitted.
  private func waitForAdmission(_ export: inout ExportState) async -> Destination.Call? {
    guard let place = export.part.place else { return nil }
    admitWaiting()
    let promise = place.promise
    let deadline = softDeadline(export)
    let wakeup = await withTaskCancellationHandler {
      await promise.value(until: deadline, on: loop)
    } onCancel: {
      promise.fulfil(.changed)
    }
    // The admission may coincide with the deadline.
    switch wakeup ?? promise.current {
    case .admitted(let call):
      export.part.place = nil
      return call
    case .changed: if place.promise === promise { place.renew() }
    case nil: break
    }
    return nil
  }

  private func leaveQueue(_ export: inout ExportState) {
    guard let place = export.part.place else { return }
    export.part.place = nil
    queue.leave(place)
    // The export may have been admitted since the wake-up.
    if case .admitted(let call) = place.promise.current { discard(call) }
    admitWaiting()
  }

  private func begin(_ export: Int, at now: MonotonicInstant) -> Destination.Call {
    let call = destination.begin(export: export, at: now)
    if call.isProbe {
      publishRoom(at: now)
      armTimer(at: now)
    }
    return call
  }

  private func discard(_ call: Destination.Call) {
    _ = destination.callEnded(call, .nothing, at: loop.now, random: &random)
  }

  /// Joins the queue for the next attempt, without suspension after the decision: a flush in between would miss the
  /// export. While the server is down its own pace replaces long back-offs.
  func joinQueue(_ export: inout ExportState, until end: MonotonicInstant, after call: Destination.Call) {
    let isPaced = configuration.retry.circuitThreshold != nil && destination.isDown
    let last = isPaced ? call.start + configuration.retry.maxCircuitPause : loop.now + Destination.longestPause
    export.part.place = queue.join(export: export.number, notBefore: min(end, last))
  }

  /// A call has ended: draws the conclusions about the server.
  func callEnded(
    _ call: Destination.Call, _ failure: AttemptFailure?, isAbandoned: Bool,
    _ allowance: inout UptimeClock.Allowance?
  ) {
    let now = loop.now
    let wasDown = destination.isDown
    var evidence =
      failure.map { Destination.Evidence($0, after: now - call.start, timeout: attemptTime(allowance)) } ?? .accepted
    if isAbandoned { evidence = .nothing }
    switch destination.callEnded(call, evidence, pause: failure?.requestedPause, at: now, random: &random) {
    case .suspended: reporter.suspended(failure, at: now)
    case .resumed:
      reporter.resumed(at: now)
      queue.endBackoffs()
    case nil: break
    }
    if case .failed = evidence, var charged = allowance {
      destination.charge(&charged, for: call, at: now)
      allowance = charged
    }
    if wasDown, !destination.isDown {
      queue.wakeAll()  // the exports' time runs again
      abandonProbes(before: call, at: now)
    }
    publishRoom(at: now)
    if !queue.isEmpty || destination.isDown || queue.timer != nil { admitWaiting() }
  }

  /// The batch's deadline, or shutdown's if that is earlier. An outage doesn't move this deadline.
  func hardDeadline(_ export: ExportState) -> Deadline { min(export.deadline, cutoffs[export.signal] ?? .never) }

  /// The hard deadline, or the end of the export's own time if that is earlier; the own time stands still in an outage.
  func softDeadline(_ export: ExportState) -> Deadline {
    let end = hardDeadline(export)
    guard let allowance = export.allowance else { return end }
    return min(end, destination.deadline(allowance, at: loop.now))
  }

  /// Admits waiting exports as far as the destination permits, and arms the timer for the next export.
  func admitWaiting() {
    // One reading of the clock: what is not yet due here must be due later for the timer.
    let now = loop.now
    while true {
      guard let place = queue.first(at: now, isSuspended: destination.isSuspended),
        destination.decision(at: now) == .go
      else { break }
      queue.leave(place)
      let call = destination.begin(export: place.export, at: now)
      if !place.promise.fulfil(.admitted(call)) { discard(call) }
    }
    publishRoom(at: now)
    armTimer(at: now)
  }

  /// - Parameter now: The time of the decisions that the timer follows.
  private func armTimer(at now: MonotonicInstant) {
    var end = destination.roomChange(after: now)
    func consider(_ instant: MonotonicInstant?) { if let instant { end = min(end ?? instant, instant) } }
    if !queue.isEmpty {
      consider(queue.nextBackoffEnd(after: now))
      if case .wait(let instant) = destination.decision(at: now) { consider(instant) }
    }
    queue.arm(end, on: loop) { [weak self] in self?.assumeIsolated { $0.timerFired() } }
  }

  private func timerFired() {
    queue.timerFired()
    admitWaiting()
  }

  /// The server is back and won't respond to requests from the outage: earlier probes without a response are abandoned
  /// soon, and their requests sent again.
  private func abandonProbes(before call: Destination.Call, at now: MonotonicInstant) {
    for (number, probe) in probes.sorted(by: { $0.key < $1.key }) where number < call.number {
      let end = probe.start + Destination.Evidence.leastTime
      guard end > now else {
        abandonProbe(number)
        continue
      }
      loop.schedule(at: Deadline(end)) { [weak self] in self?.assumeIsolated { $0.abandonProbe(number) } }
    }
  }

  private func abandonProbe(_ number: Int) {
    guard probes[number] != nil, let call = ownTasks[number] else { return }
    probes[number]?.isAbandoned = true
    call.task.cancel()
  }
}
