internal import TelemetryCore

/// When a connection that says nothing is asked whether it still lives (gRPC keepalive, 5.7).
package struct KeepaliveConfiguration: Hashable, Sendable {
  /// The least interval: servers take more pings for an attack (5.7.2).
  package static let minimumInterval = Duration.seconds(10)

  /// How long nothing may arrive before a PING goes out.
  package var interval: Duration
  /// How long the answer to the PING, or any other byte, may take (5.7.3).
  package var timeout: Duration
  /// Whether pings go out while no call is open (5.7.4).
  package var withoutCalls: Bool

  /// An interval below the minimum is raised to it.
  package init(interval: Duration, timeout: Duration = .seconds(20), withoutCalls: Bool = false) {
    self.interval = max(interval, KeepaliveConfiguration.minimumInterval)
    self.timeout = timeout
    self.withoutCalls = withoutCalls
  }
}

/// Decides when to ping and when to give up. Time counts from the last byte that was read (5.7.5).
///
/// It has no timer: who drives it comes back at the instant that it names. Bytes that arrive in between only move
/// the instant on, so they cost nothing but a note of the time.
struct Keepalive {
  enum Action: Hashable {
    /// Nothing is to be watched until a call opens.
    case rest
    /// Come back at this instant.
    case wait(until: MonotonicInstant)
    /// Send a PING, and come back at this instant.
    case ping(answerBy: MonotonicInstant)
    /// The PING had no answer: the connection is dead.
    case dead
  }

  private let configuration: KeepaliveConfiguration?
  private var lastRead: MonotonicInstant
  /// When the answer to the PING must be there; nil without one under way.
  private var answerBy: MonotonicInstant?
  /// A silent connection is being asked before it is used: calls wait for its answer.
  private(set) var isProbing = false

  /// - Parameter configuration: nil for a connection that is only probed.
  init(_ configuration: KeepaliveConfiguration?, at now: MonotonicInstant) {
    self.configuration = configuration
    lastRead = now
  }

  /// Whether there is nothing to watch: no keepalive, and no probe under way.
  var isDone: Bool { configuration == nil && answerBy == nil }

  /// Something arrived.
  mutating func heard(at now: MonotonicInstant) {
    lastRead = now
    answerBy = nil
    isProbing = false
  }

  /// The connection is to be asked now, and to answer within `patience`.
  mutating func probe(at now: MonotonicInstant, within patience: Duration) -> Action {
    let end = now + patience
    isProbing = true
    answerBy = min(answerBy ?? end, end)
    return .ping(answerBy: answerBy ?? end)
  }

  mutating func check(at now: MonotonicInstant, hasCalls: Bool) -> Action {
    if let answerBy { return isOverdue(at: now) ? .dead : .wait(until: answerBy) }
    guard let configuration, hasCalls || configuration.withoutCalls else { return .rest }
    let due = lastRead + configuration.interval
    guard now >= due else { return .wait(until: due) }
    let end = now + configuration.timeout
    answerBy = end
    return .ping(answerBy: end)
  }

  /// Whether the answer to a PING should have come.
  func isOverdue(at now: MonotonicInstant) -> Bool { answerBy.map { now >= $0 } ?? false }

  /// What is said of a connection that is dead.
  var complaint: String {
    guard !isProbing, let configuration else { return "no answer to a ping after a silence" }
    return "no answer to a keepalive ping within \(configuration.timeout)"
  }
}
