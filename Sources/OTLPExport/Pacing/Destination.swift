package import TelemetryCore

/// Decides whether a call to a server may begin now, or when, from the outcomes of the calls so far. Pure.
///
/// | event | consequence |
/// |---|---|
/// | the server requested a pause | no call before its end (1.5.9) |
/// | a call failed by the server's state, or had no connection | down until the next response: one call at a time, room for one export |
/// | consecutive failures | the same with growing pauses (``CircuitBreaker``), and slowly room for other exports |
/// | overload, slow responses | fewer calls at once (``ConcurrencyLimit``) |
///
/// ```
///        a call failed, or a pause was requested           a response
///  up ──────────────────────────────────────────▶ down ────────────────▶ up
///                                                 │  ▲ threshold failures: circuit open
///                                                 └──┘
/// ```
/// While the server is down the export time stands still (``UptimeClock``), so that no batch is dropped for the length of
/// an outage. A call without a response delays the next call by at most ``OTLPRetryPolicy/maxCircuitPause``, so that a
/// server that is back is found within that time.
package struct Destination: Sendable {
  /// The answer to the question for another call.
  package enum Decision: Hashable, Sendable {
    case go
    /// No call may begin before an instant.
    case wait(until: MonotonicInstant)
    /// No call may begin before an open call has ended.
    case waitForOpenCalls
  }

  /// A call in progress.
  package struct Call: Hashable, Sendable {
    package let number: Int
    package let export: Int
    package let start: MonotonicInstant
    /// True if the server was down when the call began.
    package let isProbe: Bool
    /// The number of calls with a response when this call began.
    fileprivate let answers: UInt64
  }

  /// The conclusion about the server from the end of a call.
  package enum Evidence: Hashable, Sendable {
    /// The server accepted the request.
    case accepted
    /// The server is healthy and refuses this request.
    case answered
    /// The server failed; `isOverloaded` if the status means too many calls.
    case failed(isOverloaded: Bool)
    /// No connection was established.
    case unconnected
    /// None: the call was too short.
    case nothing
  }

  /// A change of the circuit that is reported.
  package enum Change: Hashable, Sendable {
    /// The circuit opened.
    case suspended
    /// The circuit closed.
    case resumed
  }

  /// The longest pause that a server may request: a longer pause would end telemetry for the life of the process.
  package static let longestPause = Duration.seconds(600)
  /// The longest jitter on a pause. Jitter keeps clients with the same pause from returning together.
  package static let mostPauseJitter = Duration.seconds(1)
  // The content of the admitted exports may cause the failures. After this number of failures of an export a second export
  // is admitted, after twice as many of both a third, and so on.
  private static let failuresPerExport = 3
  /// The most exports that are admitted this way.
  package static let mostTurns = 16

  private let maximum: Int
  private let probeInterval: Duration
  private var limit: ConcurrencyLimit
  private var circuit: CircuitBreaker
  private var uptime = UptimeClock()
  private var pauseEnd: MonotonicInstant?
  private var begun = 0
  /// The calls in progress, by their start.
  private var open: [Call] = []
  /// A flush or shutdown permits one more call beside the open ones.
  private var isExpedited = false
  /// The number of failed calls of each export since the last response.
  private var failures: [Int: Int] = [:]

  /// - Parameter maximum: The most calls that may be open at once.
  package init(_ policy: OTLPRetryPolicy, maximum: Int) {
    self.maximum = max(maximum, 1)
    probeInterval = policy.maxCircuitPause
    limit = ConcurrencyLimit(maximum: maximum)
    circuit = CircuitBreaker(policy)
    open.reserveCapacity(min(self.maximum, 64))
  }

  /// True while the circuit is open: only probes are made.
  package var isSuspended: Bool { circuit.isOpen }

  /// True if the last known state of the server is that no call succeeds.
  package var isDown: Bool { uptime.isDown }

  /// The average time of the last responses; nil before the first.
  package var responseTime: Duration? { limit.responseTime }

  // MARK: Room

  /// The number of exports that can proceed; further batches stay in the processor's queue.
  ///
  /// While the server is down the room is 1, plus 1 for each call that has waited ``OTLPRetryPolicy/maxCircuitPause`` for a
  /// response, plus a number that grows while all exports fail, even above the maximum of calls.
  package func room(at now: MonotonicInstant) -> Int {
    let most = max(limit.limit, min(ConcurrencyLimit.start, maximum))
    guard isDown else { return most }
    let silent = open.count { now - $0.start >= probeInterval }
    return min(most, 1 + silent + (isExpedited ? 1 : 0)) + turnsOfOthers
  }

  /// 1 after 3 failures of one export, 2 after 6 of each of two, 3 after 12 of each of three, ….
  private var turnsOfOthers: Int {
    guard !failures.isEmpty else { return 0 }
    var turns = 0
    while turns < Destination.mostTurns {
      let least = Destination.failuresPerExport << turns
      guard failures.values.count(where: { $0 >= least }) > turns else { break }
      turns += 1
    }
    return turns
  }

  /// The instant at which ``room(at:)`` grows by time alone; nil for none.
  package func roomChange(after now: MonotonicInstant) -> MonotonicInstant? {
    guard isDown else { return nil }
    return open.lazy.map { $0.start + probeInterval }.filter { $0 > now }.min()
  }

  // MARK: Time

  /// The allowance of an export that begins at `now`.
  package func allowance(_ timeout: Duration, at now: MonotonicInstant) -> UptimeClock.Allowance {
    uptime.allowance(timeout, at: now)
  }

  /// The end of an export's time; never while the server is down.
  package func deadline(_ allowance: UptimeClock.Allowance, at now: MonotonicInstant) -> Deadline {
    uptime.deadline(allowance, at: now)
  }

  /// The export has ended, with all its calls.
  package mutating func exportEnded(_ export: Int) {
    if !failures.isEmpty { failures[export] = nil }
  }

  /// Charges a failed call to the export's allowance if the server responded to other exports meanwhile.
  package func charge(_ allowance: inout UptimeClock.Allowance, for call: Call, at now: MonotonicInstant) {
    uptime.charge(&allowance, answers: call.answers, at: now)
  }

  /// The end of the pause that the server requested; nil for none.
  package func pauseEnd(at now: MonotonicInstant) -> MonotonicInstant? {
    guard let pauseEnd, pauseEnd > now else { return nil }
    return pauseEnd
  }

  // MARK: Calls

  /// Decides whether a call may begin.
  package func decision(at now: MonotonicInstant) -> Decision {
    if let end = pauseEnd(at: now) { return .wait(until: end) }
    guard isDown else { return open.count < limit.limit ? .go : .waitForOpenCalls }
    if isExpedited { return .go }
    if let instant = circuit.notBefore(at: now) { return .wait(until: instant) }
    guard let latest = open.last else { return .go }
    guard open.count < min(maximum, max(ConcurrencyLimit.start, limit.limit)) else { return .waitForOpenCalls }
    let next = latest.start + probeInterval
    return next <= now ? .go : .wait(until: next)
  }

  /// Begins a call after the decision ``Decision/go``.
  package mutating func begin(export: Int, at now: MonotonicInstant) -> Call {
    begun += 1
    isExpedited = false
    let call = Call(number: begun, export: export, start: now, isProbe: isDown, answers: uptime.answers)
    open.append(call)
    return call
  }

  /// A call ended.
  /// - Parameter pause: The pause that the server requested. Of two pauses the longer holds.
  package mutating func callEnded(
    _ call: Call, _ evidence: Evidence, pause: Duration? = nil, at now: MonotonicInstant,
    random: inout some RandomNumberGenerator
  ) -> Change? {
    if evidence == .accepted { limit.callSucceeded(in: now - call.start, open: open.count, at: now) }
    if let index = open.firstIndex(where: { $0.number == call.number }) { open.remove(at: index) }
    defer { if let pause { hold(for: pause, since: call.start, at: now, random: &random) } }
    switch evidence {
    case .accepted, .answered: return answered(at: now)
    case .nothing: return nil
    case .unconnected:
      uptime.callFailed(since: call.start)
      return nil
    case .failed(let isOverloaded):
      uptime.callFailed(since: call.start)
      failures[call.export, default: 0] += 1
      if isOverloaded { limit.cut(at: now) }
      guard circuit.callFailed(call.number, since: call.start, latest: begun, at: now, random: &random) else {
        return nil
      }
      limit.collapse()
      return .suspended
    }
  }

  private mutating func answered(at now: MonotonicInstant) -> Change? {
    uptime.callAnswered(at: now)
    if !failures.isEmpty { failures = [:] }
    isExpedited = false
    return circuit.callSucceeded() ? .resumed : nil
  }

  private mutating func hold(
    for duration: Duration, since start: MonotonicInstant, at now: MonotonicInstant,
    random: inout some RandomNumberGenerator
  ) {
    let pause = min(duration, Destination.longestPause)
    let jitter = RetryBackoff.draw(from: .zero, to: min(pause / 2, Destination.mostPauseJitter), &random)
    let end = now + pause + jitter
    pauseEnd = max(pauseEnd ?? end, end)
    uptime.callFailed(since: start)
  }

  /// Permits one more call now for a flush or shutdown, even beside a call without a response, unless the server requested
  /// a pause.
  package mutating func expedite(at now: MonotonicInstant) {
    guard isDown else { return }
    circuit.expedite(at: now)
    isExpedited = true
  }
}

extension Destination.Evidence {
  /// A call that failed within this time, and within an attempt's time, may have failed for lack of time.
  package static let leastTime = Duration.seconds(1)

  /// The time after which a call without a response is evidence of an outage.
  /// - Parameter timeout: The longest time of an attempt; zero for no limit.
  package static func fairTime(_ timeout: Duration) -> Duration {
    timeout == .zero ? leastTime : min(timeout, leastTime)
  }

  /// - Parameters:
  ///   - time: The duration of the call.
  ///   - timeout: The longest time of an attempt; zero for no limit.
  package init(_ failure: AttemptFailure, after time: Duration, timeout: Duration) {
    switch failure.origin {
    case .cancelled: self = .nothing
    case .connect: self = .unconnected
    // Without headers nothing can be sent: a failed provider counts as a failed server.
    case .transport, .headerProvider(isLate: false): self = .failed(isOverloaded: false)
    case .deadline, .headerProvider(isLate: true):
      if time < Self.fairTime(timeout) {
        self = .nothing
      } else {
        self = failure.isUnconnected ? .unconnected : .failed(isOverloaded: false)
      }
    case .server, .protocolViolation:
      switch failure.meaning {
      case .unavailable, .retryIfTold: self = .failed(isOverloaded: failure.origin == .server)
      case .retry, .notProcessed: self = .failed(isOverloaded: false)
      case .drop, .tooLarge, .encodingRefused, .unauthenticated, .badData: self = .answered
      }
    }
  }
}
