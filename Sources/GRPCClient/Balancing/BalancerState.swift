internal import HTTP2Transport
internal import TelemetryCore

/// How a channel uses the servers that it has.
package enum LoadBalancing: Hashable, Sendable {
  /// One server, the first in the list that works.
  case pickFirst
  /// All addresses of all servers in turn.
  case roundRobin
}

/// Decides which connections a channel has, and which of them calls may take. It knows nothing of sockets and clocks:
/// each input returns what is to be done, and `nextDue` says when to `look` again.
///
/// A *member* is what a connection can be made to. With `pickFirst` the members are the hosts, whose addresses are raced
/// (`AttemptSchedule`), and one of them has connections: the first that isn't set aside. A pass tries them in turn until
/// one is up; after a pass without success all pause (`Backoff`). Where another host should have the calls (the one in
/// use fails, or a better one's time is over) it is connected to beside, and takes over when it is up.
/// With `roundRobin` the members are the addresses that the names of the hosts lead to; all have connections, each with
/// its own back-off.
///
/// A member has one connection, and more of them as `ConnectionDemand` asks for. There is one attempt at a time: with
/// `pickFirst` in all, with `roundRobin` for each member. Nothing is attempted unless calls come.
struct BalancerState {
  /// What a new connection is for.
  enum Purpose: Hashable {
    /// The member has none.
    case first
    /// This host takes the place of another, which works still.
    case move
    /// It takes the place of an old one.
    case renewal(of: Int)
    /// Those that the member has aren't enough.
    case extra
  }

  struct Attempt: Hashable {
    /// The number of the attempt, and of the connection that it gives.
    let number: Int
    let member: Int
    let host: Int
    /// nil for what the host's name leads to.
    let address: SocketAddress?
    let purpose: Purpose
    /// The first of a pass.
    let isPassStart: Bool
    /// No other is left to be tried.
    let isLast: Bool
    let deadline: Deadline
  }

  enum Action: Hashable {
    /// Look up where a host is; `resolved` or `resolveFailed` tells.
    case resolve(host: Int, deadline: Deadline)
    /// `connected` or `connectFailed` tells.
    case connect(Attempt)
    /// This connection gets no more calls, and ends when those on it have ended.
    case close(connection: Int)
    /// There is a new connection: calls that wait go on, and others move to it.
    case wake(connection: Int)
    /// For the log: a member was set aside.
    case setAside(host: Int, address: SocketAddress?, for: Duration)
    /// For the log: calls wait, and no more connections are allowed.
    case limited(HTTP2Limit, host: Int, connections: Int)
  }

  struct Member {
    let id: Int
    let host: Int
    let address: SocketAddress?
    var backoff: Backoff
    var demand: ConnectionDemand
    var ejection = Ejection()
    /// How many connections in a row came up and ended without an answer.
    var fruitless = 0
    /// Its name doesn't lead to it any more.
    var isGone = false
  }

  struct Connection: Hashable {
    let number: Int
    let member: Int
    /// When it is old.
    var renewal: MonotonicInstant
    /// Whether a call on it was answered.
    var hasAnswered = false
  }

  /// How a connection came to take no more calls.
  enum End: Hashable, Sendable {
    /// By a GOAWAY without error, or the like.
    case orderly
    /// By an error.
    case lost
    /// The server was silent, to calls or to a PING.
    case unresponsive
  }

  /// A name of `roundRobin`.
  struct LookUp {
    var backoff: Backoff
    var isUnderWay = false
    /// When to look it up; `.max` for not until something happens.
    var due = MonotonicInstant(nanoseconds: .min)
    var latest = MonotonicInstant(nanoseconds: .min)
  }

  // A server that says goodbye in order may be connected to at once; one that does so each time may not.
  private static let fruitlessLimit = 3
  static let never = MonotonicInstant(nanoseconds: .max)

  let policy: LoadBalancing
  let backoffConfiguration: BackoffConfiguration
  let maxConnections: Int
  var members: [Member] = []
  /// Those that are up, the oldest first.
  var connections: [Connection] = []
  var attempts: [Attempt] = []
  var lookUps: [LookUp] = []
  /// Of `pickFirst`: the members that this pass has left to try, and the pauses between passes.
  var pass: [Int] = []
  var passDeadline = Deadline.never
  var passBackoff: Backoff
  var age: ConnectionAge
  private(set) var isShutDown = false
  private var random: SeededRandom
  private var nextNumber = 1
  private var nextMember = 0

  init(
    hostCount: Int, policy: LoadBalancing = .pickFirst, maxConnections: Int = 1, backoff: BackoffConfiguration,
    maxConnectionAge: Duration? = nil
  ) {
    self.policy = policy
    self.maxConnections = maxConnections
    backoffConfiguration = backoff
    passBackoff = Backoff(backoff)
    age = ConnectionAge(maxConnectionAge, seed: backoff.seed)
    random = SeededRandom(seed: backoff.seed.map { ~$0 })
    for host in 0..<hostCount {
      switch policy {
      case .pickFirst: add(host: host, address: nil)
      case .roundRobin: lookUps.append(LookUp(backoff: Backoff(seeded(host))))
      }
    }
  }

  // MARK: What the driver asks

  /// When `look` has something to do; `never` if not before another input.
  func nextDue(at now: MonotonicInstant) -> MonotonicInstant {
    guard !isShutDown else { return BalancerState.never }
    return policy == .pickFirst ? nextDueOfFirst(at: now) : nextDueOfAll(at: now)
  }

  /// The connections that calls may take: groups in turn, and in a group the oldest that has room.
  func rotation(at now: MonotonicInstant) -> [[Int]] {
    guard policy == .roundRobin else { return connections.isEmpty ? [] : [connections.map(\.number)] }
    let ready = members.filter { isReady($0.id) }
    let inside = ready.filter { !$0.ejection.isOut(at: now) }
    return (inside.isEmpty ? ready : inside).map { member in
      connections.filter { $0.member == member.id }.map(\.number)
    }
  }

  /// Whether `answered` would change anything.
  var wantsAnswers: Bool {
    connections.contains { !$0.hasAnswered } || members.contains { $0.fruitless > 0 || $0.ejection.failures > 0 }
  }

  /// Whether `heldUp` may change anything.
  var isCurious: Bool { members.contains { $0.demand.isCurious } }

  /// Whether `heldUp` for this connection may change anything.
  func isCurious(about number: Int) -> Bool {
    guard let index = memberIndex(of: number) else { return false }
    let count = connections.count { $0.member == members[index].id }
    return count < maxConnections || !members[index].demand.isReported
  }

  // MARK: Inputs

  /// Does what is due.
  /// - Parameter isWanted: Calls wait for a connection.
  mutating func look(at now: MonotonicInstant, isWanted: Bool) -> [Action] {
    guard !isShutDown else { return [] }
    return policy == .pickFirst ? lookAtFirst(now, isWanted) : lookAtAll(now)
  }

  /// An attempt gave a connection, with the attempt's number. nil: it isn't wanted any more, close it.
  mutating func connected(_ number: Int, at now: MonotonicInstant) -> [Action]? {
    guard let attempt = end(number), !isShutDown, let index = index(attempt.member), isWanted(attempt) else {
      return nil
    }
    connections.append(
      Connection(number: number, member: attempt.member, renewal: age.renewal(bornAt: now)))
    members[index].backoff.connected()
    passBackoff.connected()
    pass = []
    var actions: [Action] = []
    switch attempt.purpose {
    case .first: members[index].ejection.returned(at: now)
    case .move:
      members[index].ejection.returned(at: now)
      actions = close { $0.member != attempt.member }
    case .renewal(let old): actions = close { $0.number == old }
    case .extra: members[index].demand.connected()
    }
    return actions + closeGone() + [.wake(connection: number)]
  }

  /// An attempt gave none.
  mutating func connectFailed(_ number: Int, at now: MonotonicInstant, isWanted: Bool) -> [Action] {
    guard let attempt = end(number), !isShutDown, let index = index(attempt.member) else { return [] }
    var actions: [Action] = []
    switch attempt.purpose {
    case .first, .move:
      if policy == .pickFirst { actions += setAside(index, now) } else { lookUpAgain(attempt.host) }
    case .renewal(let old):
      if let index = connections.firstIndex(where: { $0.number == old }) {
        connections[index].renewal = age.retry(at: now)
      }
    case .extra: break
    }
    return actions + look(at: now, isWanted: isWanted)
  }

  /// A connection takes no more calls.
  /// - Parameters:
  ///   - end: After an orderly end the next may come up at once, and so may the first one after silence.
  ///   - hasCalls: Calls on it are still open: it may answer yet.
  ///   - instant: When that was.
  mutating func ended(
    _ number: Int, _ end: End, hasCalls: Bool, since instant: MonotonicInstant, at now: MonotonicInstant, isWanted: Bool
  ) -> [Action] {
    guard let place = connections.firstIndex(where: { $0.number == number }) else { return [] }
    let connection = connections.remove(at: place)
    let id = connection.member
    guard !isShutDown, let index = index(id) else { return [] }
    var actions: [Action] = []
    if !connection.hasAnswered, !hasCalls || end == .unresponsive { members[index].fruitless += 1 }
    let isUseless = members[index].fruitless >= BalancerState.fruitlessLimit
    if end != .orderly || isUseless {
      if !isReady(id), end == .lost || isUseless { lost(index, instant) }
      actions += failed(index, now)
    }
    if policy == .roundRobin { lookUpAgain(members[index].host) }
    return actions + closeGone() + look(at: now, isWanted: isWanted)
  }

  /// A call on a connection was answered, with whatever says that the server works.
  /// - Parameter member: What it is a connection to, where it takes no more calls.
  mutating func answered(_ number: Int, member: Int? = nil) {
    if let place = connections.firstIndex(where: { $0.number == number }) { connections[place].hasAnswered = true }
    guard let index = memberIndex(of: number) ?? member.flatMap({ index($0) }) else { return }
    members[index].fruitless = 0
    members[index].ejection.answered()
  }

  /// A call on a connection ended UNAVAILABLE, or without an answer in time.
  mutating func callFailed(_ number: Int, at now: MonotonicInstant, isWanted: Bool) -> [Action] {
    guard !isShutDown, let index = memberIndex(of: number) else { return [] }
    let actions = failed(index, now)
    return actions.isEmpty ? [] : actions + look(at: now, isWanted: isWanted)
  }

  /// Calls wait on a connection and on its siblings.
  mutating func heldUp(_ number: Int, by limit: HTTP2Limit, at now: MonotonicInstant) -> [Action] {
    guard !isShutDown, let index = memberIndex(of: number), isFree(members[index].id), !members[index].isGone else {
      return []
    }
    let count = connections.count { $0.member == members[index].id }
    switch members[index].demand.heldUp(limit, connections: count, at: now) {
    case .none: return []
    case .open: return [attempt(index, .extra, deadline: beside(now))]
    case .report: return [.limited(limit, host: members[index].host, connections: count)]
    }
  }

  /// A connection had no call for a while.
  mutating func unused(_ number: Int) -> [Action] {
    guard !isShutDown, let connection = connections.first(where: { $0.number == number }),
      let oldest = connections.first(where: { $0.member == connection.member }), oldest.number != number
    else { return [] }
    return close { $0.number == number }
  }

  /// Nothing comes about any more.
  mutating func shutDown() { isShutDown = true }

  // MARK: Parts

  func index(_ id: Int) -> Int? { members.firstIndex { $0.id == id } }

  private func memberIndex(of number: Int) -> Int? {
    connections.first { $0.number == number }.flatMap { index($0.member) }
  }

  func isReady(_ id: Int) -> Bool { connections.contains { $0.member == id } }

  /// Whether an attempt for the member may start.
  func isFree(_ id: Int) -> Bool {
    policy == .pickFirst ? attempts.isEmpty : !attempts.contains { $0.member == id }
  }

  mutating func add(host: Int, address: SocketAddress?) {
    let backoff = seeded(1000 + nextMember)
    members.append(
      Member(
        id: nextMember, host: host, address: address, backoff: Backoff(backoff),
        demand: ConnectionDemand(maximum: maxConnections, backoff: backoff)))
    nextMember += 1
  }

  /// Members don't share their chance.
  private func seeded(_ offset: Int) -> BackoffConfiguration {
    var configuration = backoffConfiguration
    configuration.seed = configuration.seed.map { $0 &+ UInt64(offset) &* 0x9E37 }
    return configuration
  }

  /// How long an attempt beside a working connection may take.
  func beside(_ now: MonotonicInstant) -> Deadline { Deadline(now + backoffConfiguration.minimumConnectTimeout) }

  mutating func attempt(
    _ index: Int, _ purpose: Purpose, isPassStart: Bool = false, isLast: Bool = true, deadline: Deadline
  ) -> Action {
    let attempt = Attempt(
      number: nextNumber, member: members[index].id, host: members[index].host, address: members[index].address,
      purpose: purpose, isPassStart: isPassStart, isLast: isLast, deadline: deadline)
    nextNumber += 1
    attempts.append(attempt)
    return .connect(attempt)
  }

  private mutating func end(_ number: Int) -> Attempt? {
    attempts.firstIndex { $0.number == number }.map { attempts.remove(at: $0) }
  }

  /// Whether what an attempt gave fits to what has happened meanwhile.
  private func isWanted(_ attempt: Attempt) -> Bool {
    if policy == .pickFirst, let current = connections.first, attempt.purpose != .move {
      guard attempt.purpose != .first, current.member == attempt.member else { return false }
    }
    let own = connections.filter { $0.member == attempt.member }
    switch attempt.purpose {
    // A move's goal may have been reached meanwhile, when the connection to leave was lost.
    case .first, .move: return own.isEmpty
    case .extra: return own.count < maxConnections
    // The old one may have ended, and another have come in its place.
    case .renewal(let old): return own.count { $0.number != old } < maxConnections
    }
  }

  mutating func close(where isClosed: (Connection) -> Bool) -> [Action] {
    let closed = connections.filter(isClosed)
    connections.removeAll(where: isClosed)
    return closed.map { .close(connection: $0.number) }
  }

  private mutating func lost(_ index: Int, _ instant: MonotonicInstant) {
    if policy == .pickFirst { passBackoff.lost(at: instant) } else { members[index].backoff.lost(at: instant) }
  }

  private mutating func failed(_ index: Int, _ now: MonotonicInstant) -> [Action] {
    let isTooOften = members[index].ejection.failed()
    return isTooOften && mayDoWithout(index, now) ? setAside(index, now) : []
  }

  /// Whether the others would do: the last one is never set aside.
  private func mayDoWithout(_ index: Int, _ now: MonotonicInstant) -> Bool {
    members.contains { other in
      other.id != members[index].id && !other.ejection.isOut(at: now) && !other.isGone
        && (policy == .pickFirst || isReady(other.id))
    }
  }

  private mutating func setAside(_ index: Int, _ now: MonotonicInstant) -> [Action] {
    guard members.count > 1, !members[index].ejection.isOut(at: now) else { return [] }
    let pause = members[index].ejection.eject(at: now, fraction: random.fraction())
    return [.setAside(host: members[index].host, address: members[index].address, for: pause)]
  }
}
