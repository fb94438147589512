package import TelemetryCore

/// Decides whether a call to a server may be made now, or when: all that its answers so far say about the next call.
/// Pure.
///
/// | what happened | what follows |
/// |---|---|
/// | the server named a pause | no call before its end (1.5.9) |
/// | a call failed by the server's state, or never got to it | down until the next answer: one call at a time, one export's room |
/// | so often in a row | the same, with growing pauses (``CircuitBreaker``), and slowly room for others' exports |
/// | "no room", slow answers | fewer calls at once (``ConcurrencyLimit``) |
///
/// While the server is down the export time stands still (``UptimeClock``), so that no batch dies of an outage's length.
/// A call that gets no answer doesn't keep the next one back for its whole time: beside it another may begin each
/// ``OTLPRetryPolicy/maxCircuitPause``, so that a server that is back is found within that time.
package struct Destination: Sendable {
  package enum Answer: Hashable, Sendable {
    case go
    /// Nobody may call before.
    case wait(until: MonotonicInstant)
    /// Nobody may call before one of the open calls has ended.
    case waitForAnswer
  }

  /// A call under way.
  package struct Call: Hashable, Sendable {
    package let number: Int
    package let export: Int
    package let start: MonotonicInstant
    /// Whether the server was down when the call began.
    package let isProbe: Bool
    /// How many calls had been answered when it began.
    fileprivate let answers: UInt64
  }

  /// What a call's end says about the server.
  package enum Evidence: Hashable, Sendable {
    /// It took the request.
    case accepted
    /// It is alive, and refuses this request.
    case answered
    /// It failed; `noRoom`: for want of room.
    case failed(noRoom: Bool)
    /// The call never got to it: no connection came about.
    case unconnected
    /// Nothing: the call didn't have the time.
    case nothing
  }

  /// What is worth being said.
  package enum Change: Hashable, Sendable {
    /// The circuit opened.
    case suspended
    /// The circuit closed.
    case resumed
  }

  /// A wish for a longer pause is cut: a server that asks for years would otherwise end telemetry for the life of the
  /// process.
  package static let longestPause = Duration.seconds(600)
  /// The most that is added to a pause, so that clients who were told the same don't come back together.
  package static let mostPauseJitter = Duration.seconds(1)
  // After so many failures of one export another gets its turn, and after twice as many of both a third, and so on: the
  // server may fail by what is in those that are here.
  private static let failuresOfOne = 3
  /// The most such turns: so many more exports than may call at once may be here.
  package static let mostTurns = 16

  private let maximum: Int
  private let probeInterval: Duration
  private var limit: ConcurrencyLimit
  private var circuit: CircuitBreaker
  private var uptime = UptimeClock()
  private var pauseEnd: MonotonicInstant?
  private var begun = 0
  /// The calls under way, in the order of their beginning.
  private var open: [Call] = []
  /// A flush or shutdown lets one more call go, beside those that are open.
  private var isExpedited = false
  /// How often the server failed with the calls of each export since the last answer.
  private var failures: [Int: Int] = [:]

  /// - Parameter maximum: The most calls that are ever open at once.
  package init(_ policy: OTLPRetryPolicy, maximum: Int) {
    self.maximum = max(maximum, 1)
    probeInterval = policy.maxCircuitPause
    limit = ConcurrencyLimit(maximum: maximum)
    circuit = CircuitBreaker(policy)
    open.reserveCapacity(min(self.maximum, 64))
  }

  /// Whether the circuit is open: nobody calls, but for one now and then.
  package var isSuspended: Bool { circuit.isOpen }

  /// Whether the server can't be talked to as far as is known.
  package var isDown: Bool { uptime.isDown }

  /// How long the server's answers take of late; nil while there is none.
  package var answerTime: Duration? { limit.answerTime }

  // MARK: Room

  /// How many exports have something to do here. While the server is down it is one, one for each call that has waited
  /// long for an answer, and a few more the longer it fails with all, be it above the maximum of calls; a batch that has
  /// nothing to do stays in the queue.
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
      let least = Destination.failuresOfOne << turns
      guard failures.values.count(where: { $0 >= least }) > turns else { break }
      turns += 1
    }
    return turns
  }

  /// When ``room(at:)`` grows although nothing happens; nil if it doesn't.
  package func roomChange(after now: MonotonicInstant) -> MonotonicInstant? {
    guard isDown else { return nil }
    return open.lazy.map { $0.start + probeInterval }.filter { $0 > now }.min()
  }

  // MARK: Time

  /// The time that an export gets which begins at `now`.
  package func allow(_ timeout: Duration, at now: MonotonicInstant) -> UptimeClock.Allowance {
    uptime.allow(timeout, at: now)
  }

  /// When an export's time ends; never while the server is down.
  package func deadline(_ allowance: UptimeClock.Allowance, at now: MonotonicInstant) -> Deadline {
    uptime.deadline(allowance, at: now)
  }

  /// The export has ended, with all its calls.
  package mutating func ended(export: Int) {
    if !failures.isEmpty { failures[export] = nil }
  }

  /// A call of the export has ended without an answer. If the server answered others meanwhile it was up.
  package func failed(_ allowance: inout UptimeClock.Allowance, _ call: Call, at now: MonotonicInstant) {
    uptime.failed(&allowance, answers: call.answers, at: now)
  }

  /// When the pause that the server asked for ends; nil if there is none at `now`.
  package func pauseEnd(at now: MonotonicInstant) -> MonotonicInstant? {
    guard let pauseEnd, pauseEnd > now else { return nil }
    return pauseEnd
  }

  // MARK: Calls

  package func answer(at now: MonotonicInstant) -> Answer {
    if let end = pauseEnd(at: now) { return .wait(until: end) }
    guard isDown else { return open.count < limit.limit ? .go : .waitForAnswer }
    if isExpedited { return .go }
    if let instant = circuit.notBefore(at: now) { return .wait(until: instant) }
    guard let latest = open.last else { return .go }
    guard open.count < min(maximum, max(ConcurrencyLimit.start, limit.limit)) else { return .waitForAnswer }
    let next = latest.start + probeInterval
    return next <= now ? .go : .wait(until: next)
  }

  /// A call begins, after the answer ``Answer/go``.
  package mutating func begin(export: Int, at now: MonotonicInstant) -> Call {
    begun += 1
    isExpedited = false
    let call = Call(number: begun, export: export, start: now, isProbe: isDown, answers: uptime.answers)
    open.append(call)
    return call
  }

  /// A call ended.
  /// - Parameter pause: How long the server asked not to be called; the longer of two pauses holds.
  package mutating func end(
    _ call: Call, _ evidence: Evidence, pause: Duration? = nil, at now: MonotonicInstant,
    random: inout some RandomNumberGenerator
  ) -> Change? {
    if evidence == .accepted { limit.succeeded(in: now - call.start, open: open.count, at: now) }
    if let index = open.firstIndex(where: { $0.number == call.number }) { open.remove(at: index) }
    defer { if let pause { hold(for: pause, since: call.start, at: now, random: &random) } }
    switch evidence {
    case .accepted, .answered: return answered(at: now)
    case .nothing: return nil
    case .unconnected:
      uptime.failed(since: call.start)
      return nil
    case .failed(let noRoom):
      uptime.failed(since: call.start)
      failures[call.export, default: 0] += 1
      if noRoom { limit.cut(at: now) }
      guard circuit.failed(call.number, since: call.start, latest: begun, at: now, random: &random) else { return nil }
      limit.collapse()
      return .suspended
    }
  }

  private mutating func answered(at now: MonotonicInstant) -> Change? {
    uptime.answered(at: now)
    if !failures.isEmpty { failures = [:] }
    isExpedited = false
    return circuit.succeeded() ? .resumed : nil
  }

  private mutating func hold(
    for duration: Duration, since start: MonotonicInstant, at now: MonotonicInstant,
    random: inout some RandomNumberGenerator
  ) {
    let pause = min(duration, Destination.longestPause)
    let jitter = RetryBackoff.draw(from: .zero, to: min(pause / 2, Destination.mostPauseJitter), &random)
    let wished = now + pause + jitter
    pauseEnd = max(pauseEnd ?? wished, wished)
    uptime.failed(since: start)
  }

  /// A flush or shutdown can't wait: one more call is made now, also beside one that has no answer yet, unless the
  /// server asked for a pause.
  package mutating func expedite(at now: MonotonicInstant) {
    guard isDown else { return }
    circuit.expedite(at: now)
    isExpedited = true
  }
}

extension Destination.Evidence {
  /// A call that had less time than this, and less than an attempt has, may have failed for that.
  package static let leastTime = Duration.seconds(1)

  /// The time after which a call that has no answer tells of an outage.
  package static func fairTime(_ timeout: Duration) -> Duration {
    timeout == .zero ? leastTime : min(timeout, leastTime)
  }

  /// - Parameters:
  ///   - time: How long the call took.
  ///   - timeout: What an attempt gets at most; zero for no limit.
  package init(_ failure: AttemptFailure, after time: Duration, timeout: Duration) {
    let fair = Self.fairTime(timeout)
    switch failure.origin {
    case .cancelled: self = .nothing
    case .connect: self = .unconnected
    case .transport: self = .failed(noRoom: false)
    // Nothing can be sent without headers: the provider belongs to what has to be there for an export.
    case .headerProvider where failure.code != StatusTable.deadlineExceeded: self = .failed(noRoom: false)
    case .deadline, .headerProvider:
      if time < fair {
        self = .nothing
      } else {
        self = failure.isUnconnected ? .unconnected : .failed(noRoom: false)
      }
    case .server, .protocolViolation:
      self = failure.isOfServer ? .failed(noRoom: failure.meansNoRoom) : .answered
    }
  }
}

extension AttemptFailure {
  /// Whether the answer speaks of the server's state, not of the request.
  fileprivate var isOfServer: Bool {
    guard MessageLimit.read(self, messageBytes: 0) == .notTooLarge else { return false }
    return StatusTable.verdict(code) != .drop
  }

  /// RESOURCE_EXHAUSTED or UNAVAILABLE from the server.
  fileprivate var meansNoRoom: Bool {
    origin == .server && (code == StatusTable.unavailable || code == StatusTable.resourceExhausted)
  }
}
