internal import HTTP2Transport
internal import TelemetryCore

/// Uses one host at a time: the first in the list that isn't ejected.
///
/// While there is no connection, passes over the hosts alternate with pauses:
///
///              calls wait              first success
///        idle ─────────────▶ pass ─────────────────────▶ ready
///                             │ ▲                          │
///     last host has failed or │ │ pause over,              │ connection lost
///     the deadline has passed ▼ │ calls wait               │
///                            pause ◀───────────────────────┘
///
/// An orderly end of the connection skips the pause. While the host in use is ejected, another takes over by an attempt
/// beside the connection. A preferred host takes over again after the end of the ejection.
struct PickFirstPolicy: LoadBalancingPolicy {
  /// The hosts that the present pass has left to try, as indices of subchannels.
  private var pass: [Int] = []
  private var passDeadline = Deadline.never
  /// The pauses between passes.
  private var backoff: ConnectionBackoff

  init(backoff: ConnectionBackoff.Configuration) { self.backoff = ConnectionBackoff(backoff) }

  func nextDeadline(in pool: SubchannelPool, at now: MonotonicInstant) -> MonotonicInstant {
    guard let current = pool.subchannels.firstIndex(where: \.isReady) else {
      if isConnecting(pool) { return .distantFuture }
      return pass.isEmpty ? backoff.notBeforeUnconnected : now
    }
    guard pool.attempts.isEmpty else { return .distantFuture }
    var next = pool.subchannels[current].connections.map(\.renewal).min() ?? .distantFuture
    let ejectionEnd = pool.subchannels[current].outlierDetection.ejectionEnd
    for index in pool.subchannels.indices where index != current {
      let candidate = pool.subchannels[index].outlierDetection.ejectionEnd ?? now
      // A later host is better only while the host in use is ejected.
      let isBetter = index < current || (ejectionEnd.map { max(now, candidate) < $0 } ?? false)
      if isBetter { next = min(next, candidate) }
    }
    return next
  }

  mutating func startDueWork(in pool: inout SubchannelPool, at now: MonotonicInstant, callsWait: Bool) -> [Action] {
    guard let current = pool.subchannels.firstIndex(where: \.isReady) else {
      return isConnecting(pool) ? [] : continuePass(in: &pool, at: now, callsWait: callsWait)
    }
    guard pool.attempts.isEmpty else { return [] }
    let preferred = pool.subchannels.firstIndex { !$0.outlierDetection.isEjected(at: now) }
    if let preferred, preferred != current { return [pool.startAttempt(preferred, beside: .takeover, at: now)] }
    return pool.startRenewal(current, at: now)
  }

  /// If true, the pass waits for an attempt; an attempt beside a connection that is lost by now doesn't count.
  private func isConnecting(_ pool: SubchannelPool) -> Bool { pool.attempts.contains { $0.purpose == .initial } }

  private mutating func continuePass(
    in pool: inout SubchannelPool, at now: MonotonicInstant, callsWait: Bool
  ) -> [Action] {
    if passDeadline.hasPassed(at: now) { pass = [] }
    let startsPass = pass.isEmpty
    if startsPass {
      guard callsWait, now >= backoff.notBeforeUnconnected else { return [] }
      passDeadline = backoff.attemptStarted(at: now)
      // A pass tries every host, the ejected ones last.
      let indices = Array(pool.subchannels.indices)
      pass = indices.filter { !pool.subchannels[$0].outlierDetection.isEjected(at: now) }
      pass += indices.filter { pool.subchannels[$0].outlierDetection.isEjected(at: now) }
    }
    let index = pass.removeFirst()
    return [
      pool.startAttempt(index, .initial, startsPass: startsPass, isLast: pass.isEmpty, deadline: passDeadline)
    ]
  }

  func allowsAttempt(for id: SubchannelID, in pool: SubchannelPool) -> Bool { pool.attempts.isEmpty }

  func acceptsConnection(_ attempt: ConnectionAttempt, in pool: SubchannelPool) -> Bool {
    attempt.purpose == .takeover || !pool.subchannels.contains { $0.isReady && $0.id != attempt.id.subchannel }
  }

  func canTakeCalls(_ subchannel: Subchannel) -> Bool { true }

  mutating func connectSucceeded() {
    resetBackoff()
    pass = []
  }

  mutating func connectFailed(_ index: Int, in pool: inout SubchannelPool, at now: MonotonicInstant) -> [Action] {
    pool.eject(index, at: now)
  }

  mutating func connectionEnded(_ index: Int, lostAt instant: MonotonicInstant?, in pool: inout SubchannelPool) {
    if let instant { backoff.connectionLost(at: instant) }
  }

  mutating func resetBackoff() { backoff.reset() }

  // Each attempt looks up the name by itself.
  mutating func addressesResolved(
    _ addresses: [SocketAddress], host: Int, in pool: inout SubchannelPool, at now: MonotonicInstant
  ) -> [Action] { [] }
}
