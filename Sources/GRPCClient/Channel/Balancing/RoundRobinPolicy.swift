internal import HTTP2Transport
internal import TelemetryCore

/// Keeps a connection to every address of every host. Each address is a subchannel with a back-off of its own.
struct RoundRobinPolicy: LoadBalancingPolicy {
  /// The look-ups of one host's name.
  private struct NameLookUp {
    var backoff: ConnectionBackoff
    var isUnderWay = false
    /// The next look-up starts at this instant; `.distantFuture` if only an input can cause a look-up.
    var due = MonotonicInstant.distantPast
    var latest = MonotonicInstant.distantPast
  }

  // Connections that fail together cause one look-up.
  private static let lookUpInterval = Duration.seconds(5)

  /// The look-ups of each host.
  private var lookUps: [NameLookUp]

  /// - Parameter backoffs: The pauses between the look-ups of each host.
  init(backoffs: [ConnectionBackoff.Configuration]) {
    lookUps = backoffs.map { NameLookUp(backoff: ConnectionBackoff($0)) }
  }

  func nextDeadline(in pool: SubchannelPool, at now: MonotonicInstant) -> MonotonicInstant {
    var next = MonotonicInstant.distantFuture
    for lookUp in lookUps where !lookUp.isUnderWay { next = min(next, lookUp.due) }
    for subchannel in pool.subchannels where !subchannel.isRemoved {
      if needsConnection(subchannel, pool) { next = min(next, notBefore(subchannel.backoff, pool)) }
      if let end = subchannel.outlierDetection.ejectionEnd, end > now { next = min(next, end) }
      guard allowsAttempt(for: subchannel.id, in: pool) else { continue }
      for connection in subchannel.connections { next = min(next, connection.renewal) }
    }
    return next
  }

  mutating func startDueWork(in pool: inout SubchannelPool, at now: MonotonicInstant, callsWait: Bool) -> [Action] {
    var actions: [Action] = []
    for index in pool.subchannels.indices {
      let subchannel = pool.subchannels[index]
      guard needsConnection(subchannel, pool), now >= notBefore(subchannel.backoff, pool) else { continue }
      let deadline = pool.subchannels[index].backoff.attemptStarted(at: now)
      actions.append(pool.startAttempt(index, .initial, deadline: deadline))
    }
    for index in pool.subchannels.indices where allowsAttempt(for: pool.subchannels[index].id, in: pool) {
      let renewal = pool.startRenewal(index, at: now)
      if !renewal.isEmpty { requestLookUp(pool.subchannels[index].host) }
      actions += renewal
    }
    var resolutions: [Action] = []
    for host in lookUps.indices where !lookUps[host].isUnderWay && now >= lookUps[host].due {
      lookUps[host].isUnderWay = true
      lookUps[host].latest = now
      resolutions.append(.resolve(host: host, deadline: lookUps[host].backoff.attemptStarted(at: now)))
    }
    return resolutions + actions
  }

  private func needsConnection(_ subchannel: Subchannel, _ pool: SubchannelPool) -> Bool {
    !subchannel.isRemoved && !subchannel.isReady
      && !pool.attempts.contains { $0.id.subchannel == subchannel.id && $0.purpose == .initial }
  }

  private func notBefore(_ backoff: ConnectionBackoff, _ pool: SubchannelPool) -> MonotonicInstant {
    backoff.notBefore(isUnconnected: !pool.hasConnections)
  }

  /// Looks a name up again after an event that changed addresses may explain (RULES 5.8.10).
  private mutating func requestLookUp(_ host: Int) {
    guard !lookUps[host].isUnderWay else { return }
    lookUps[host].due = min(lookUps[host].due, lookUps[host].latest + RoundRobinPolicy.lookUpInterval)
  }

  // MARK: Decisions

  func allowsAttempt(for id: SubchannelID, in pool: SubchannelPool) -> Bool { !pool.hasAttempt(for: id) }

  func acceptsConnection(_ attempt: ConnectionAttempt, in pool: SubchannelPool) -> Bool { true }

  func canTakeCalls(_ subchannel: Subchannel) -> Bool { subchannel.isReady }

  // MARK: Inputs

  mutating func connectSucceeded() {}

  mutating func connectFailed(_ index: Int, in pool: inout SubchannelPool, at now: MonotonicInstant) -> [Action] {
    requestLookUp(pool.subchannels[index].host)
    return []
  }

  mutating func connectionEnded(_ index: Int, lostAt instant: MonotonicInstant?, in pool: inout SubchannelPool) {
    if let instant { pool.subchannels[index].backoff.connectionLost(at: instant) }
    requestLookUp(pool.subchannels[index].host)
  }

  mutating func resetBackoff() {}

  mutating func addressesResolved(
    _ addresses: [SocketAddress], host: Int, in pool: inout SubchannelPool, at now: MonotonicInstant
  ) -> [Action] {
    guard lookUps[host].isUnderWay else { return [] }
    lookUps[host].isUnderWay = false
    guard !addresses.isEmpty else {
      // The addresses of the last look-up stay in use.
      lookUps[host].due = notBefore(lookUps[host].backoff, pool)
      return startDueWork(in: &pool, at: now, callsWait: false)
    }
    lookUps[host].backoff.reset()
    lookUps[host].due = .distantFuture
    // An address under two hosts is two subchannels: the names in TLS differ, or the proxies.
    var known = Set(pool.subchannels.filter { $0.host == host }.map(\.address))
    for address in addresses where known.insert(address).inserted { pool.add(host: host, address: address) }
    for index in pool.subchannels.indices where pool.subchannels[index].host == host {
      pool.subchannels[index].isRemoved = pool.subchannels[index].address.map { !addresses.contains($0) } ?? false
    }
    return pool.closeRemoved() + startDueWork(in: &pool, at: now, callsWait: false)
  }
}
