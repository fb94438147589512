internal import HTTP2Transport
internal import TelemetryCore

/// Decides which connections a channel has, and which of the connections calls take. Each input returns the actions to
/// perform, and `nextDeadline` is the instant for the next `runDueWork`.
///
/// The states of a subchannel (RULES 5.9.4):
///
///                attempt starts                 SETTINGS arrive
///        idle ──────────────────▶ connecting ──────────────────────▶ ready
///         ▲                         │    ▲                             │
///         │                 attempt │    │ ConnectionBackoff,          │ GOAWAY, loss,
///         │                   fails ▼    │ pause over                  │ silence
///         │                    transient failure                       │
///         └────────────────────────────────────────────────────────────┘
///
/// A ready subchannel has one connection, and more if `ConnectionScaling` decides so. `OutlierDetection` ejects a
/// failing subchannel while others can take the calls. The policy decides when attempts start and how many run at once.
struct LoadBalancerStateMachine {
  enum Action: Hashable {
    /// Looks a host up. The result is `addressesResolved`.
    case resolve(host: Int, deadline: Deadline)
    /// Connects. The result is `connectSucceeded` or `connectFailed`.
    case connect(ConnectionAttempt)
    /// Closes a connection after the open calls have ended.
    case close(ConnectionID)
    /// Wakes the calls that wait for a connection or a stream: this connection is new.
    case wakeCalls(ConnectionID)
    case reportEjection(host: Int, address: SocketAddress?, for: Duration)
    /// Reports that calls wait for `limit` and that no more connections are allowed.
    case reportLimit(HTTP2Limit, host: Int, connections: Int)
  }

  // After an orderly end the next connection may start at once, unless no connection was ever of use.
  private static let maxConnectionsWithoutAnswer = 3

  private(set) var pool: SubchannelPool
  private(set) var policy: any LoadBalancingPolicy
  private(set) var isShutDown = false

  init(
    hostCount: Int, loadBalancing: LoadBalancing = .pickFirst, maxConnections: Int = 1,
    backoff: ConnectionBackoff.Configuration, maxConnectionAge: Duration? = nil
  ) {
    var pool = SubchannelPool(maxConnections: maxConnections, backoff: backoff, maxConnectionAge: maxConnectionAge)
    switch loadBalancing {
    case .pickFirst:
      policy = PickFirstPolicy(backoff: backoff)
      for host in 0..<hostCount { pool.add(host: host, address: nil) }
    case .roundRobin: policy = RoundRobinPolicy(backoffs: (0..<hostCount).map { pool.seededBackoff($0) })
    }
    self.pool = pool
  }

  // MARK: Queries

  /// The next instant at which `runDueWork` starts something; `.distantFuture` if only another input can change that.
  func nextDeadline(at now: MonotonicInstant) -> MonotonicInstant {
    isShutDown ? .distantFuture : policy.nextDeadline(in: pool, at: now)
  }

  /// The connections that calls may take: a group for each subchannel, the oldest connection first.
  func rotation(at now: MonotonicInstant) -> [[ConnectionID]] {
    let ready = pool.subchannels.filter(\.isReady)
    let admitted = ready.filter { !$0.outlierDetection.isEjected(at: now) }
    return (admitted.isEmpty ? ready : admitted).map { $0.connections.map(\.id) }
  }

  /// If true, `callAnswered` changes the state.
  var needsAnswers: Bool {
    pool.subchannels.contains { subchannel in
      subchannel.connectionsWithoutAnswer > 0 || subchannel.outlierDetection.failures > 0
        || subchannel.connections.contains { !$0.hasAnswered }
    }
  }

  /// If true, `noStreamAvailable` may change the state for some connection.
  var mayScale: Bool { pool.subchannels.contains { $0.scaling.isActive } }

  /// If true, `noStreamAvailable` may change the state for this connection.
  func mayScale(_ id: ConnectionID) -> Bool {
    guard let subchannel = pool.indices(of: id).map({ pool.subchannels[$0.subchannel] }) else { return false }
    return subchannel.connections.count < pool.maxConnections || !subchannel.scaling.isReported
  }

  // MARK: Inputs

  /// Starts attempts and look-ups that are due.
  /// - Parameter callsWait: If true, calls wait for a connection.
  mutating func runDueWork(at now: MonotonicInstant, callsWait: Bool) -> [Action] {
    isShutDown ? [] : policy.startDueWork(in: &pool, at: now, callsWait: callsWait)
  }

  /// Ends the pauses before attempts to connect (gRPC: ResetConnectBackoff).
  mutating func resetBackoff(at now: MonotonicInstant) -> [Action] {
    policy.resetBackoff()
    for index in pool.subchannels.indices { pool.subchannels[index].backoff.reset() }
    return runDueWork(at: now, callsWait: true)
  }

  /// - Returns: The actions, or nil if the connection is of no use: the caller then closes the connection.
  mutating func connectSucceeded(_ id: ConnectionID, at now: MonotonicInstant) -> [Action]? {
    guard let attempt = pool.endAttempt(id), !isShutDown, let index = pool.index(of: id.subchannel),
      acceptsConnection(attempt, index)
    else { return nil }
    pool.addConnection(id, to: index, at: now)
    pool.subchannels[index].backoff.reset()
    policy.connectSucceeded()
    var actions: [Action] = []
    switch attempt.purpose {
    case .initial: pool.subchannels[index].outlierDetection.returned(at: now)
    case .takeover:
      pool.subchannels[index].outlierDetection.returned(at: now)
      actions = pool.closeConnections { subchannel, _ in subchannel.id != id.subchannel }
    case .renewal(let old): actions = pool.closeConnections { $1.id == old }
    case .additional: pool.subchannels[index].scaling.connectSucceeded()
    }
    return actions + pool.closeRemoved() + [.wakeCalls(id)]
  }

  mutating func connectFailed(_ id: ConnectionID, at now: MonotonicInstant, callsWait: Bool) -> [Action] {
    guard let attempt = pool.endAttempt(id), !isShutDown, let index = pool.index(of: id.subchannel) else { return [] }
    var actions: [Action] = []
    switch attempt.purpose {
    case .initial, .takeover: actions = policy.connectFailed(index, in: &pool, at: now)
    case .renewal(let old): pool.retryRenewal(of: old, at: now)
    case .additional: break
    }
    return actions + runDueWork(at: now, callsWait: callsWait)
  }

  /// A connection takes no more calls.
  /// - Parameter hasOpenCalls: If true, the server may still answer calls on this connection.
  mutating func connectionEnded(
    _ id: ConnectionID, _ end: ConnectionEnd, hasOpenCalls: Bool, at now: MonotonicInstant, callsWait: Bool
  ) -> [Action] {
    guard let (index, place) = pool.indices(of: id) else { return [] }
    let connection = pool.subchannels[index].connections.remove(at: place)
    guard !isShutDown else { return [] }
    if !connection.hasAnswered, !hasOpenCalls || end.kind == .unresponsive {
      pool.subchannels[index].connectionsWithoutAnswer += 1
    }
    let isUseless =
      pool.subchannels[index].connectionsWithoutAnswer >= LoadBalancerStateMachine.maxConnectionsWithoutAnswer
    let backsOff = !pool.subchannels[index].isReady && (end.kind == .lost || isUseless)
    policy.connectionEnded(index, lostAt: backsOff ? end.instant : nil, in: &pool)
    let actions = end.kind != .orderly || isUseless ? recordFailure(index, at: now) : []
    return actions + pool.closeRemoved() + runDueWork(at: now, callsWait: callsWait)
  }

  /// The server answered a call, with OK or an error of the call's own.
  mutating func callAnswered(on id: ConnectionID) {
    guard let index = pool.index(of: id.subchannel) else { return }
    if let (_, place) = pool.indices(of: id) { pool.subchannels[index].connections[place].hasAnswered = true }
    pool.subchannels[index].connectionsWithoutAnswer = 0
    pool.subchannels[index].outlierDetection.callAnswered()
  }

  /// A call ended UNAVAILABLE, or without an answer in time.
  mutating func callFailed(on id: ConnectionID, at now: MonotonicInstant, callsWait: Bool) -> [Action] {
    guard !isShutDown, let (index, _) = pool.indices(of: id) else { return [] }
    let actions = recordFailure(index, at: now)
    return actions.isEmpty ? [] : actions + runDueWork(at: now, callsWait: callsWait)
  }

  /// Calls wait for `limit` on this connection and on all others of the subchannel.
  mutating func noStreamAvailable(on id: ConnectionID, _ limit: HTTP2Limit, at now: MonotonicInstant) -> [Action] {
    guard !isShutDown, let (index, _) = pool.indices(of: id), !pool.subchannels[index].isRemoved,
      policy.allowsAttempt(for: id.subchannel, in: pool)
    else { return [] }
    let count = pool.subchannels[index].connections.count
    switch pool.subchannels[index].scaling.noStreamAvailable(limit, connections: count, at: now) {
    case .none: return []
    case .connect: return [pool.startAttempt(index, beside: .additional, at: now)]
    case .report: return [.reportLimit(limit, host: pool.subchannels[index].host, connections: count)]
    }
  }

  /// A connection had no call for a while. The oldest connection of a subchannel is kept.
  mutating func connectionUnused(_ id: ConnectionID) -> [Action] {
    guard !isShutDown, let (_, place) = pool.indices(of: id), place > 0 else { return [] }
    return pool.closeConnections { $1.id == id }
  }

  /// - Parameter addresses: The addresses of the host; empty after a failure.
  mutating func addressesResolved(_ addresses: [SocketAddress], host: Int, at now: MonotonicInstant) -> [Action] {
    isShutDown ? [] : policy.addressesResolved(addresses, host: host, in: &pool, at: now)
  }

  /// No input after this one has an action.
  mutating func shutDown() { isShutDown = true }

  // MARK: Decisions

  private func acceptsConnection(_ attempt: ConnectionAttempt, _ index: Int) -> Bool {
    guard policy.acceptsConnection(attempt, in: pool) else { return false }
    let connections = pool.subchannels[index].connections
    switch attempt.purpose {
    // Another attempt may have succeeded after the connection that was to be left was lost.
    case .initial, .takeover: return connections.isEmpty
    case .additional: return connections.count < pool.maxConnections
    // The old connection may have ended and been replaced by another attempt.
    case .renewal(let old): return connections.count { $0.id != old } < pool.maxConnections
    }
  }

  /// Counts a failure, and ejects the subchannel after too many if another can take the calls.
  private mutating func recordFailure(_ index: Int, at now: MonotonicInstant) -> [Action] {
    guard pool.subchannels[index].outlierDetection.failed() else { return [] }
    let id = pool.subchannels[index].id
    let hasOthers = pool.subchannels.contains { other in
      other.id != id && !other.outlierDetection.isEjected(at: now) && !other.isRemoved && policy.canTakeCalls(other)
    }
    return hasOthers ? pool.eject(index, at: now) : []
  }
}
