internal import HTTP2Transport
internal import TelemetryCore

/// All addresses at once.
extension BalancerState {
  // Many connections may fail together; that is one reason to look a name up again, not many.
  private static let lookUpInterval = Duration.seconds(5)

  mutating func lookAtAll(_ now: MonotonicInstant) -> [Action] {
    var actions = connectAll(now)
    while case let renewals = renewOldest(now), !renewals.isEmpty {
      for case .connect(let attempt) in renewals { lookUpAgain(attempt.host) }
      actions += renewals
    }
    return lookUpDue(now) + actions
  }

  private mutating func lookUpDue(_ now: MonotonicInstant) -> [Action] {
    var actions: [Action] = []
    for host in lookUps.indices where !lookUps[host].isUnderWay && now >= lookUps[host].due {
      lookUps[host].isUnderWay = true
      lookUps[host].latest = now
      actions.append(.resolve(host: host, deadline: lookUps[host].backoff.attemptStarts(at: now)))
    }
    return actions
  }

  private mutating func connectAll(_ now: MonotonicInstant) -> [Action] {
    var actions: [Action] = []
    for index in members.indices
    where needsConnection(members[index]) && now >= members[index].backoff.notBefore(isUnconnected: isUnconnected) {
      let deadline = members[index].backoff.attemptStarts(at: now)
      actions.append(attempt(index, .first, deadline: deadline))
    }
    return actions
  }

  private var isUnconnected: Bool { connections.isEmpty }

  private func needsConnection(_ member: Member) -> Bool {
    !member.isGone && !isReady(member.id)
      && !attempts.contains { $0.member == member.id && $0.purpose == .first }
  }

  /// Something happened that a changed name may explain.
  mutating func lookUpAgain(_ host: Int) {
    guard !lookUps[host].isUnderWay else { return }
    lookUps[host].due = min(lookUps[host].due, lookUps[host].latest + BalancerState.lookUpInterval)
  }

  /// A look-up gave addresses: those that are new are connected to, those that are gone get no more calls.
  mutating func resolved(host: Int, addresses: [SocketAddress], at now: MonotonicInstant) -> [Action] {
    guard !isShutDown, lookUps.indices.contains(host), lookUps[host].isUnderWay else { return [] }
    guard !addresses.isEmpty else { return resolveFailed(host: host, at: now) }
    lookUps[host].isUnderWay = false
    lookUps[host].backoff.connected()
    lookUps[host].due = BalancerState.never
    // Another host at the same address is another member: it has another name in TLS, or lies behind the same proxy.
    var known = Set(members.filter { $0.host == host }.map(\.address))
    for address in addresses where known.insert(address).inserted { add(host: host, address: address) }
    for index in members.indices where members[index].host == host {
      members[index].isGone = members[index].address.map { !addresses.contains($0) } ?? false
    }
    return closeGone() + lookAtAll(now)
  }

  /// A look-up failed: what it gave before stays in use.
  mutating func resolveFailed(host: Int, at now: MonotonicInstant) -> [Action] {
    guard !isShutDown, lookUps.indices.contains(host), lookUps[host].isUnderWay else { return [] }
    lookUps[host].isUnderWay = false
    lookUps[host].due = lookUps[host].backoff.notBefore(isUnconnected: isUnconnected)
    return lookAtAll(now)
  }

  /// Lets go of members whose addresses are gone, but not of the last connections.
  mutating func closeGone() -> [Action] {
    let gone = Set(members.filter(\.isGone).map(\.id))
    guard !gone.isEmpty else { return [] }
    let hasOthers = connections.contains { !gone.contains($0.member) }
    let actions = hasOthers ? close { gone.contains($0.member) } : []
    members.removeAll { member in member.isGone && !connections.contains { $0.member == member.id } }
    return actions
  }

  func nextDueOfAll(at now: MonotonicInstant) -> MonotonicInstant {
    var due = BalancerState.never
    for lookUp in lookUps where !lookUp.isUnderWay { due = min(due, lookUp.due) }
    for member in members where !member.isGone {
      if needsConnection(member) { due = min(due, member.backoff.notBefore(isUnconnected: isUnconnected)) }
      if let until = member.ejection.until, until > now { due = min(due, until) }
    }
    for connection in connections where mayRenew(connection) { due = min(due, connection.renewal) }
    return due
  }
}
