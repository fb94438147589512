internal import TelemetryCore

/// Drives `Keepalive` and `IdleProbe`: one timer at most, none while nothing is to be watched.
extension HTTP2Connection {
  /// The server's SETTINGS are there.
  func startKeepalive() {
    guard let settings = configuration.keepalive else {
      silence = configuration.probeAfter.map { IdleProbe(limit: $0, at: loop.poller.continuousNow) }
      return
    }
    keepalive = Keepalive(settings, at: loop.now)
    watch(hasCalls: openRequests > 0)
  }

  /// The first call after a while is about to be sent.
  func callBegins(deadline: Deadline) {
    guard silence?.callBegins(at: loop.poller.continuousNow) == true else { return }
    probe(within: IdleProbe.patience(left: deadline.remaining(at: loop.now)))
  }

  /// The timer for the calls' deadlines has fired.
  func noteTimer(setFor deadline: Deadline, clocksApart: Duration) {
    guard silence != nil else { return }
    let now = loop.poller.continuousNow
    let late = now - (deadline.instant + clocksApart)
    if silence?.timerFired(at: now, late: late, hasCalls: openRequests > 0) == true {
      probe(within: IdleProbe.patience)
    }
  }

  /// Calls have had no answer in time.
  func noteTimeouts(_ verdict: TimeoutDetector.Verdict) {
    guard phase == .open || phase == .draining else { return }
    switch verdict {
    case .alive: break
    case .probe: probe(within: TimeoutDetector.patience)
    case .replace:
      guard phase == .open else { return }
      drain()
      onEvent(.unresponsive)
    }
  }

  /// How far the clock that counts suspension is ahead of the loop's.
  var clocksApart: Duration { silence == nil ? .zero : loop.poller.continuousNow - loop.now }

  private func probe(within patience: Duration) {
    let now = loop.now
    if keepalive == nil { keepalive = Keepalive(nil, at: now) }
    guard case .ping(let answerBy) = keepalive?.probe(at: now, within: patience) else { return }
    session?.ping()
    if let keepaliveTimer { loop.cancel(keepaliveTimer) }
    comeBack(at: answerBy)
  }

  /// A call is about to open. A PING that is due goes out before its HEADERS (5.7.5), with the caller's next flush.
  func watchForCall() {
    if keepaliveTimer == nil { watch(hasCalls: true) }
  }

  private func watch(hasCalls: Bool) {
    switch keepalive?.check(at: loop.now, hasCalls: hasCalls) {
    case .wait(let instant): comeBack(at: instant)
    case .ping(let instant):
      session?.ping()
      comeBack(at: instant)
    case .rest, .dead, nil: break
    }
  }

  private func comeBack(at instant: MonotonicInstant) {
    keepaliveTimer = loop.schedule(at: Deadline(instant)) { self.assumeIsolated { $0.keepaliveIsDue() } }
  }

  private func keepaliveIsDue() {
    keepaliveTimer = nil
    guard phase != .closed else { return }
    if keepalive?.isOverdue(at: loop.now) == true {
      // The answer may lie in the socket: in a process that was stopped, the timers come before it.
      readAll(toEnd: false)
      if phase != .closed, let keepalive, keepalive.isOverdue(at: loop.now) {
        return end(.unresponsive(keepalive.complaint), connectError: .closedByPeer)
      }
    }
    if keepalive?.isDone == true { keepalive = nil }
    watch(hasCalls: openRequests > 0)
    step()
  }
}
