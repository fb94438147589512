internal import TelemetryCore

// When a call may be made: the destination decides, the line keeps the order of coming.
extension ExportPipeline {
  enum Admission {
    /// The call counts as begun.
    case go(Destination.Call)
    /// There will be no attempt.
    case stop(RetryMachine.Reason)
  }

  /// Holds a piece until it may be sent, at most until its deadline.
  func admit(_ delivery: Delivery) async -> Admission {
    while true {
      if Task.isCancelled { return .stop(.cancelled) }
      let deadline = effective(delivery.deadline)
      let now = loop.now
      guard !deadline.hasPassed(at: now) else { return .stop(delivery.machine.timeIsUp) }
      if let end = destination.pauseEnd(at: now), Deadline(end) >= deadline { return .stop(.timeout) }  // 1.5.7
      if line.isEmpty, destination.answer(at: now) == .go { return .go(destination.begin(at: now)) }
      if let call = await waitInLine(until: deadline) { return .go(call) }
    }
  }

  /// A call has ended, with what it says about the server.
  func ended(_ call: Destination.Call, _ failure: AttemptFailure?) {
    let now = loop.now
    if let pause = failure?.requestedPause { destination.pause(for: pause, at: now) }
    let evidence =
      failure.map { Destination.Evidence($0, after: now - call.start, timeout: configuration.timeout) } ?? .accepted
    switch destination.end(call, evidence, at: now, random: &random) {
    case .suspended:
      reporter.suspended(failure, at: now)
      // The circuit's pace takes the place of each export's own.
      calls.wakeSleepers(ownOnly: true)
    case .resumed: reporter.resumed(at: now)
    case nil: break
    }
    publishRoom()
    if !line.isEmpty { advance() }
  }

  /// The batch's deadline, or shutdown's if that comes first.
  func effective(_ deadline: Deadline) -> Deadline { min(deadline, cutoff ?? .never) }

  /// Waits for its turn, or until the deadline, a change, or the task's cancellation.
  /// - Returns: The call, if it may be made.
  private func waitInLine(until deadline: Deadline) async -> Destination.Call? {
    let place = line.join()
    advance()
    let word = await withTaskCancellationHandler {
      await place.value(until: deadline, on: loop)
    } onCancel: {
      place.fulfil(.lookAgain)
    }
    line.leave(place)
    if line.isEmpty { advance() }
    // The turn may have come in the very moment in which the time was up.
    if word == nil { place.fulfil(.lookAgain) }
    guard case .go(let call)? = word ?? place.current else { return nil }
    return call
  }

  /// Lets those in line go who may, and sees to it that it is asked again when the next one may.
  private func advance() {
    var end: MonotonicInstant?
    while let place = line.first {
      let now = loop.now
      let answer = destination.answer(at: now)
      if case .wait(let instant) = answer { end = instant }
      guard answer == .go else { break }
      line.leave(place)
      let call = destination.begin(at: now)
      if !place.fulfil(.go(call)) { _ = destination.end(call, .nothing, at: now, random: &random) }
    }
    line.arm(end, on: loop) { [weak self, loop] in
      Task(executorPreference: loop) { await self?.timerFired() }
    }
  }

  private func timerFired() {
    line.timerFired()
    advance()
  }

  /// Sleeps on the loop's clock; false if the task was cancelled, or shutdown's deadline is earlier. While the circuit
  /// is open the line is where to wait, unless the server named the pause.
  func sleep(_ delivery: Delivery, until end: MonotonicInstant) async -> Bool {
    let isServers = delivery.machine.isPacedByServer
    if destination.isSuspended, !isServers { return true }
    if let cutoff, Deadline(end) >= cutoff { return false }
    // Where the batch comes from another runtime, other jobs may have run since the decision.
    if calls.isOvertaken(end, since: delivery.hurries) { return true }
    let promise = Promise<Bool>()
    let timer = loop.schedule(at: Deadline(end)) { promise.fulfil(true) }
    calls.sleep(delivery.number, until: end, isServers: isServers, promise)
    let slept = await withTaskCancellationHandler {
      await promise.value
    } onCancel: {
      promise.fulfil(false)
    }
    calls.wake(delivery.number)
    loop.cancel(timer)
    return slept
  }
}
