internal import TelemetryCore

// When a call may be made: the destination decides, the queue keeps the order of coming.
extension ExportPipeline {
  enum Admission {
    /// The call counts as begun.
    case go(Destination.Call)
    /// There will be no attempt.
    case stop(RetryMachine.Reason)
  }

  /// Holds a piece until it may be sent, at most until its deadline.
  func admit(_ delivery: inout Delivery) async -> Admission {
    while true {
      let now = loop.now
      if let reason = reasonToStop(delivery, at: now) {
        leave(&delivery)
        return .stop(reason)
      }
      if delivery.place == nil {
        if queue.first(at: now, isPaced: destination.isSuspended) == nil, destination.answer(at: now) == .go {
          return .go(begin(delivery.number, at: now))
        }
        delivery.place = queue.join(export: delivery.number, notBefore: nil)
      }
      shortenPause(&delivery, at: now)
      if let call = await turn(&delivery) { return .go(call) }
    }
  }

  /// A pause that began in an outage may outlast what is left of the export's time when the server is back: then there is
  /// one more attempt before that ends. There is only one: a batch that the server always fails with would else be sent
  /// again at each answer to another batch.
  private func shortenPause(_ delivery: inout Delivery, at now: MonotonicInstant) {
    guard let place = delivery.place, !delivery.hadLastAttempt else { return }
    let end = effective(delivery)
    guard let notBefore = place.notBefore, Deadline(notBefore) >= end else { return }
    delivery.hadLastAttempt = true
    queue.shortenPause(of: place, to: max(now, end.instant + (.zero - Destination.Evidence.leastTime)))
  }

  private func reasonToStop(_ delivery: Delivery, at now: MonotonicInstant) -> RetryMachine.Reason? {
    if Task.isCancelled { return .cancelled }
    let deadline = effective(delivery)
    if deadline.hasPassed(at: now) { return delivery.machine.timeIsUp }
    // 1.5.7
    if let end = destination.pauseEnd(at: now), Deadline(end) >= deadline { return .timeout }
    return nil
  }

  /// Waits in the queue until its turn, its deadline, a change, or the task's cancellation.
  /// - Returns: The call, if it may be made.
  private func turn(_ delivery: inout Delivery) async -> Destination.Call? {
    guard let place = delivery.place else { return nil }
    advance()
    let promise = place.promise
    let deadline = effective(delivery)
    let word = await withTaskCancellationHandler {
      await promise.value(until: deadline, on: loop)
    } onCancel: {
      promise.fulfil(.lookAgain)
    }
    // The turn may have come in the very moment in which the time was up.
    switch word ?? promise.current {
    case .go(let call):
      delivery.place = nil
      return call
    case .lookAgain: if place.promise === promise { place.renew() }
    case nil: break
    }
    return nil
  }

  private func leave(_ delivery: inout Delivery) {
    guard let place = delivery.place else { return }
    delivery.place = nil
    queue.leave(place)
    // Its turn may have come since it was told to look again.
    if case .go(let call) = place.promise.current {
      _ = destination.end(call, .nothing, at: loop.now, random: &random)
    }
    advance()
  }

  private func begin(_ export: Int, at now: MonotonicInstant) -> Destination.Call {
    let call = destination.begin(export: export, at: now)
    if call.isProbe {
      publishRoom()
      armTimer()
    }
    return call
  }

  /// The export waits for its next attempt. In the same breath as the decision, so that no flush comes between.
  /// While the server is down its own pace takes the place of long pauses.
  func wait(_ delivery: inout Delivery, until end: MonotonicInstant, after call: Destination.Call) {
    let isPaced = configuration.retry.circuitThreshold != nil && destination.isDown
    // However long the server's wish, no longer than it is heeded (``Destination/longestPause``).
    let last = isPaced ? call.start + configuration.retry.maxCircuitPause : loop.now + Destination.longestPause
    let notBefore = min(end, last)
    delivery.place = queue.join(export: delivery.number, notBefore: notBefore)
  }

  /// A call has ended, with what it says about the server.
  func ended(
    _ call: Destination.Call, _ failure: AttemptFailure?, isOvertaken: Bool,
    _ allowance: inout UptimeClock.Allowance?
  ) {
    let now = loop.now
    let wasDown = destination.isDown
    let evidence =
      failure.map { Destination.Evidence($0, after: now - call.start, timeout: attemptTime(allowance)) } ?? .accepted
    switch destination.end(
      call, isOvertaken ? .nothing : evidence, pause: failure?.requestedPause, at: now, random: &random)
    {
    case .suspended: reporter.suspended(failure, at: now)
    case .resumed:
      reporter.resumed(at: now)
      queue.endBackoffs()
    case nil: break
    }
    if !isOvertaken, case .failed = evidence, var own = allowance {
      destination.failed(&own, call, at: now)
      allowance = own
    }
    if wasDown, !destination.isDown {
      // Their time runs again.
      queue.lookAgain()
      giveUpProbes(before: call, at: now)
    }
    publishRoom()
    if !queue.isEmpty || destination.isDown || queue.timer != nil { advance() }
  }

  /// The batch's deadline, or shutdown's if that comes first: no outage moves it.
  func hardDeadline(_ delivery: Delivery) -> Deadline { min(delivery.deadline, cutoff ?? .never) }

  /// The hard deadline, or the end of the export's own time if that comes first, which stands still in an outage.
  func effective(_ delivery: Delivery) -> Deadline {
    let end = hardDeadline(delivery)
    guard let allowance = delivery.allowance else { return end }
    return min(end, destination.deadline(allowance, at: loop.now))
  }

  /// Lets those in the queue go who may, and sees to it that it is asked again when the next one may.
  func advance() {
    while true {
      let now = loop.now
      guard let place = queue.first(at: now, isPaced: destination.isSuspended), destination.answer(at: now) == .go
      else { break }
      queue.leave(place)
      let call = destination.begin(export: place.export, at: now)
      if !place.promise.fulfil(.go(call)) { _ = destination.end(call, .nothing, at: now, random: &random) }
    }
    publishRoom()
    armTimer()
  }

  private func armTimer() {
    let now = loop.now
    var end = destination.roomChange(after: now)
    func consider(_ instant: MonotonicInstant?) { if let instant { end = min(end ?? instant, instant) } }
    if !queue.isEmpty {
      consider(queue.nextEnd(after: now))
      if case .wait(let instant) = destination.answer(at: now) { consider(instant) }
    }
    queue.arm(end, on: loop) { [weak self, loop] in
      Task(executorPreference: loop) { await self?.timerFired() }
    }
  }

  private func timerFired() {
    queue.timerFired()
    advance()
  }

  // MARK: Probes that are overtaken

  /// The server is back: what it took while it was away gets no answer, so calls from that time that go on without one
  /// are given up soon, and sent again.
  private func giveUpProbes(before call: Destination.Call, at now: MonotonicInstant) {
    for (number, probe) in probes.sorted(by: { $0.key < $1.key }) where number < call.number {
      let end = probe.start + Destination.Evidence.leastTime
      guard end > now else {
        giveUpProbe(number)
        continue
      }
      _ = loop.schedule(at: Deadline(end)) { [weak self, loop] in
        Task(executorPreference: loop) { await self?.giveUpProbe(number) }
      }
    }
  }

  private func giveUpProbe(_ number: Int) {
    guard let probe = probes[number] else { return }
    probes[number]?.isOvertaken = true
    probe.task.cancel()
  }
}
