internal import TelemetryCore

/// Drives keepalive and probes with at most one timer, and without a timer while nothing is observed.
extension HTTP2Connection {
  /// Starts the observation when the server's SETTINGS have arrived.
  func startKeepalive() {
    guard let settings = configuration.keepalive else {
      idleProbe = configuration.probeAfter.map { IdleProbe(limit: $0, at: loop.poller.continuousNow) }
      return
    }
    keepalive = KeepaliveStateMachine(settings, at: loop.now)
    checkKeepalive(hasCalls: openRequests > 0)
  }

  /// A request came while no timer for deadlines was set.
  func requestBegan(deadline: Deadline) {
    guard idleProbe?.requestBegan(at: loop.poller.continuousNow) == true else { return }
    probe(within: IdleProbe.patience(left: deadline.remaining(at: loop.now)))
  }

  /// The timer for deadlines fired.
  func timerFired(setFor deadline: Deadline, clocksApart: Duration) {
    guard idleProbe != nil else { return }
    let now = loop.poller.continuousNow
    let late = now - (deadline.instant + clocksApart)
    if idleProbe?.timerFired(at: now, late: late, hasRequests: openRequests > 0) == true {
      probe(within: IdleProbe.patience)
    }
  }

  /// Requests may have timed out.
  func requestsTimedOut(_ verdict: TimeoutDetector.Verdict) {
    guard machine.isEstablished else { return }
    switch verdict {
    case .keep: break
    case .probe: probe(within: TimeoutDetector.patience)
    case .replace: perform(machine.requestsTimedOut())
    }
  }

  /// The difference between the clock that counts suspension and the loop's clock.
  var clocksApart: Duration { idleProbe == nil ? .zero : loop.poller.continuousNow - loop.now }

  private func probe(within patience: Duration) {
    let now = loop.now
    if keepalive == nil { keepalive = KeepaliveStateMachine(nil, at: now) }
    guard let action = keepalive?.probeRequested(at: now, within: patience) else { return }
    if let keepaliveTimer { loop.cancel(keepaliveTimer) }
    perform(action)
  }

  /// Sends a PING that is due before the HEADERS of a new request (RULES 5.7.5), with the caller's next flush.
  func requestOpened() {
    if keepaliveTimer == nil { checkKeepalive(hasCalls: true) }
  }

  private func checkKeepalive(hasCalls: Bool) {
    if let action = keepalive?.timePassed(at: loop.now, hasCalls: hasCalls) { perform(action) }
  }

  private func perform(_ action: KeepaliveStateMachine.Action) {
    switch action {
    case .rest: break
    case .wait(let instant): setKeepaliveTimer(instant)
    case .ping(let instant):
      session?.ping()
      setKeepaliveTimer(instant)
    case .giveUp:
      if let keepalive { end(.unresponsive(keepalive.complaint), connectError: .closedByPeer) }
    }
  }

  private func setKeepaliveTimer(_ instant: MonotonicInstant) {
    keepaliveTimer = loop.schedule(at: Deadline(instant)) { self.assumeIsolated { $0.keepaliveTimerFired() } }
  }

  private func keepaliveTimerFired() {
    keepaliveTimer = nil
    guard !machine.isClosed else { return }
    // The socket may hold the answer: in a process that was stopped, timers fire before sockets are read.
    if keepalive?.isOverdue(at: loop.now) == true { readAll(toEnd: false) }
    guard !machine.isClosed else { return }
    if keepalive?.isDone == true { keepalive = nil }
    checkKeepalive(hasCalls: openRequests > 0)
    step()
  }
}
