internal import TelemetryCore

/// Drives `Keepalive`: one timer at most, none while nothing is to be watched.
extension HTTP2Connection {
  /// The server's SETTINGS are there.
  func startKeepalive() {
    guard let settings = configuration.keepalive else { return }
    keepalive = Keepalive(settings, at: loop.now)
    watch(hasCalls: openRequests > 0)
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
        return end(.lost(keepalive.complaint), connectError: .closedByPeer)
      }
    }
    watch(hasCalls: openRequests > 0)
    step()
  }
}
