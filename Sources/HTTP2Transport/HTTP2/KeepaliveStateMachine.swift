internal import TelemetryCore

/// Decides when a PING is sent, and when a connection without an answer is given up. Time counts from the last byte that
/// was read (RULES 5.7.5).
///
///     resting ──timePassed: calls, before lastRead + interval──▶ waiting
///     waiting ──timePassed: at lastRead + interval──▶ [ping] pinged
///     any ──probeRequested──▶ [ping] pinged, and calls wait for the answer
///     pinged ──bytesReceived──▶ resting
///     pinged ──timePassed: at answerBy──▶ [giveUp]
///
/// The machine has no timer: the driver calls `timePassed` at the instant that the last action names. Bytes in between only
/// postpone that instant, so they cost no more than a note of the time.
struct KeepaliveStateMachine {
  enum Action: Hashable {
    /// Set no timer: nothing happens before a call opens.
    case rest
    /// Set a timer.
    case wait(until: MonotonicInstant)
    /// Send a PING and set a timer.
    case ping(answerBy: MonotonicInstant)
    /// Give up the connection: the PING had no answer.
    case giveUp
  }

  private let configuration: KeepaliveConfiguration?
  private var lastRead: MonotonicInstant
  /// The deadline for the answer to the PING; nil without an open PING.
  private var answerBy: MonotonicInstant?
  /// True if calls wait for the answer to a PING.
  private(set) var isProbing = false

  /// - Parameter configuration: The settings, or nil for a connection that is only probed.
  init(_ configuration: KeepaliveConfiguration?, at now: MonotonicInstant) {
    self.configuration = configuration
    lastRead = now
  }

  /// True if the machine isn't needed any more: no keepalive, and no open PING.
  var isDone: Bool { configuration == nil && answerBy == nil }

  /// True if the deadline for the answer to a PING has passed.
  func isOverdue(at now: MonotonicInstant) -> Bool { answerBy.map { now >= $0 } ?? false }

  /// The message for a connection that is given up.
  var complaint: String {
    guard !isProbing, let configuration else { return "no answer to a ping after a silence" }
    return "no answer to a keepalive ping within \(configuration.timeout)"
  }

  /// Bytes arrived.
  mutating func bytesReceived(at now: MonotonicInstant) {
    lastRead = now
    answerBy = nil
    isProbing = false
  }

  /// The connection must show within `patience` that it lives.
  mutating func probeRequested(at now: MonotonicInstant, within patience: Duration) -> Action {
    let end = min(answerBy ?? now + patience, now + patience)
    isProbing = true
    answerBy = end
    return .ping(answerBy: end)
  }

  /// A timer fired, or a call opened while no timer was set.
  mutating func timePassed(at now: MonotonicInstant, hasCalls: Bool) -> Action {
    if let answerBy { return isOverdue(at: now) ? .giveUp : .wait(until: answerBy) }
    guard let configuration, hasCalls || configuration.withoutCalls else { return .rest }
    let due = lastRead + configuration.interval
    guard now >= due else { return .wait(until: due) }
    let end = now + configuration.timeout
    answerBy = end
    return .ping(answerBy: end)
  }
}
