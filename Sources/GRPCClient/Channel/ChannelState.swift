internal import TelemetryCore

/// Decides when a channel connects, and where to: to each host in turn, then after a pause again. Which of a
/// host's addresses is connected to, `AttemptSchedule` decides.
/// It knows nothing of sockets and clocks; each input returns what is to be done next.
///
///     idle ── wanted ──▶ resolving ──▶ connecting ──▶ ready
///      ▲ │                   │ ▲            │ │         │
///      │ └──── too early ──▶ pausing ◀──────┘ ├ next    │
///      └──── nobody waits, or the connection ended ─────┘
struct ChannelState {
  enum Phase: Hashable {
    /// No connection, and nobody who wants one.
    case idle
    /// A host's addresses are being looked up.
    case resolving(host: Int)
    /// A host's addresses are being connected to.
    case connecting(host: Int)
    /// Too early for another attempt.
    case pausing
    case ready
    case shutDown
  }

  enum Action: Hashable {
    case none
    case resolve(host: Int, deadline: Deadline)
    /// To one of the addresses of the look-up. `isLast`: no other host is left to be tried.
    case connect(host: Int, isLast: Bool, deadline: Deadline)
    /// Come back (`pauseEnded`) at this instant.
    case pause(until: MonotonicInstant)
    /// There is a connection: calls go on.
    case ready
  }

  private(set) var phase = Phase.idle
  private let hostCount: Int
  private var backoff: Backoff
  private var deadline = Deadline.never

  init(hostCount: Int, backoff: BackoffConfiguration) {
    self.hostCount = hostCount
    self.backoff = Backoff(backoff)
  }

  /// A call has no connection.
  mutating func wanted(at now: MonotonicInstant) -> Action {
    switch phase {
    case .idle: start(at: now)
    case .resolving, .connecting, .pausing, .ready, .shutDown: .none
    }
  }

  /// The look-up gave so many addresses.
  mutating func resolved(count: Int, at now: MonotonicInstant, isWanted: Bool) -> Action {
    guard case .resolving(let host) = phase else { return .none }
    guard count > 0 else { return nextHost(after: host, at: now, isWanted: isWanted) }
    return connect(host: host)
  }

  /// The look-up failed.
  mutating func resolveFailed(at now: MonotonicInstant, isWanted: Bool) -> Action {
    guard case .resolving(let host) = phase else { return .none }
    return nextHost(after: host, at: now, isWanted: isWanted)
  }

  /// The connection is there and the server's SETTINGS too. False: it is no longer wanted, close it.
  mutating func connected() -> Bool {
    guard case .connecting = phase else { return false }
    backoff.connected()
    phase = .ready
    return true
  }

  /// None of the addresses gave a connection.
  mutating func connectFailed(at now: MonotonicInstant, isWanted: Bool) -> Action {
    guard case .connecting(let host) = phase else { return .none }
    return nextHost(after: host, at: now, isWanted: isWanted)
  }

  /// The pause is over.
  mutating func pauseEnded(at now: MonotonicInstant, isWanted: Bool) -> Action {
    guard case .pausing = phase else { return .none }
    phase = .idle
    return isWanted ? start(at: now) : .none
  }

  /// The connection of `ready` ended or takes no more calls.
  /// - Parameter orderly: By a GOAWAY without error, or the like: the next may come up at once.
  mutating func connectionEnded(orderly: Bool, at now: MonotonicInstant, isWanted: Bool) -> Action {
    guard case .ready = phase else { return .none }
    phase = .idle
    if !orderly { backoff.lost(at: now) }
    return isWanted ? start(at: now) : .none
  }

  /// No connection comes about any more.
  mutating func shutDown() { phase = .shutDown }

  private mutating func start(at now: MonotonicInstant) -> Action {
    guard now >= backoff.notBefore else {
      phase = .pausing
      return .pause(until: backoff.notBefore)
    }
    deadline = backoff.attemptStarts(at: now)
    return resolve(host: 0)
  }

  private mutating func resolve(host: Int) -> Action {
    phase = .resolving(host: host)
    return .resolve(host: host, deadline: deadline)
  }

  private mutating func connect(host: Int) -> Action {
    phase = .connecting(host: host)
    return .connect(host: host, isLast: host + 1 == hostCount, deadline: deadline)
  }

  private mutating func nextHost(after host: Int, at now: MonotonicInstant, isWanted: Bool) -> Action {
    if host + 1 < hostCount, !deadline.hasPassed(at: now) { return resolve(host: host + 1) }
    phase = .idle
    return isWanted ? start(at: now) : .none
  }
}
