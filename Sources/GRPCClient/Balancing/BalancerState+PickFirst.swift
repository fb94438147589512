internal import TelemetryCore

/// One host at a time.
extension BalancerState {
  mutating func lookAtFirst(_ now: MonotonicInstant, _ isWanted: Bool) -> [Action] {
    guard let current = connections.first?.member else { return isStarting ? [] : goOn(now, isWanted) }
    guard attempts.isEmpty else { return [] }
    if let better = better(than: current, at: now) { return [attempt(better, .move, deadline: beside(now))] }
    return renewOldest(now)
  }

  /// Whether a pass waits for an attempt. One beside a connection that is lost by now isn't waited for.
  private var isStarting: Bool { attempts.contains { $0.purpose == .first } }

  /// The host that should have the calls instead of `current`: the first that isn't set aside.
  private func better(than current: Int, at now: MonotonicInstant) -> Int? {
    guard let index = members.firstIndex(where: { !$0.ejection.isOut(at: now) }) else { return nil }
    return members[index].id == current ? nil : index
  }

  /// Goes on with the pass, or starts one.
  private mutating func goOn(_ now: MonotonicInstant, _ isWanted: Bool) -> [Action] {
    if passDeadline.hasPassed(at: now) { pass = [] }
    let isStart = pass.isEmpty
    if isStart {
      guard isWanted, now >= passBackoff.notBeforeUnconnected else { return [] }
      passDeadline = passBackoff.attemptStarts(at: now)
      // All are tried, those that are set aside after the others.
      let indices = Array(members.indices)
      pass = indices.filter { !members[$0].ejection.isOut(at: now) }
      pass += indices.filter { members[$0].ejection.isOut(at: now) }
    }
    let index = pass.removeFirst()
    return [attempt(index, .first, isPassStart: isStart, isLast: pass.isEmpty, deadline: passDeadline)]
  }

  mutating func renewOldest(_ now: MonotonicInstant) -> [Action] {
    guard let old = connections.firstIndex(where: { now >= $0.renewal && mayRenew($0) }),
      let index = index(connections[old].member)
    else { return [] }
    connections[old].renewal = BalancerState.never
    return [attempt(index, .renewal(of: connections[old].number), deadline: beside(now))]
  }

  func mayRenew(_ connection: Connection) -> Bool {
    guard let index = index(connection.member) else { return false }
    return isFree(connection.member) && !members[index].isGone
  }

  func nextDueOfFirst(at now: MonotonicInstant) -> MonotonicInstant {
    guard let current = connections.first?.member, let own = index(current) else {
      if isStarting { return BalancerState.never }
      return pass.isEmpty ? passBackoff.notBeforeUnconnected : now
    }
    guard attempts.isEmpty else { return BalancerState.never }
    var due = connections.map(\.renewal).min() ?? BalancerState.never
    // A host before the one in use, when its time is over; one after it only while the one in use is set aside.
    for index in members.indices where index != own {
      let back = members[index].ejection.until ?? now
      let isBetter = index < own || (members[own].ejection.until.map { max(now, back) < $0 } ?? false)
      if isBetter { due = min(due, back) }
    }
    return due
  }
}
