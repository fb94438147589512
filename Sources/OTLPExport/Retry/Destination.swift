package import TelemetryCore

/// Whether a call to a server may be made now, or when: all that its answers so far say about the next call. Pure.
///
/// Four things hold calls back: a pause that the server asked for (1.5.9), the number that may be open at once
/// (``ConcurrencyLimit``), the tokens for failures (``RetryBudget``) and the ``CircuitBreaker``.
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
    let number: Int
    package let start: MonotonicInstant
  }

  /// What a call's end says about the server.
  package enum Evidence: Hashable, Sendable {
    /// It took the request.
    case accepted
    /// It is alive, and refuses this request.
    case answered
    /// It failed; `noRoom`: for want of room.
    case failed(noRoom: Bool)
    /// Nothing: the call did not get as far.
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

  private let maximum: Int
  private var limit: ConcurrencyLimit
  private var budget: RetryBudget
  private var circuit: CircuitBreaker
  private var pauseEnd: MonotonicInstant?
  private var begun = 0
  private var open = 0

  /// - Parameter maximum: The most calls that are ever open at once.
  package init(_ policy: RetryPolicy, maximum: Int) {
    self.maximum = max(maximum, 1)
    limit = ConcurrencyLimit(maximum: maximum)
    budget = RetryBudget(calls: maximum)
    circuit = CircuitBreaker(policy)
  }

  /// Whether the circuit is open: nobody calls, but for one now and then.
  package var isSuspended: Bool { circuit.state != .closed }

  /// How many exports have something to do here: no more than one while the circuit is open.
  package var room: Int { isSuspended ? 1 : max(limit.limit, min(ConcurrencyLimit.start, maximum)) }

  /// How long the server's answers take of late; nil while there is none.
  package var answerTime: Duration? { limit.answerTime }

  /// When the pause that the server asked for ends; nil if there is none at `now`.
  package func pauseEnd(at now: MonotonicInstant) -> MonotonicInstant? {
    guard let pauseEnd, pauseEnd > now else { return nil }
    return pauseEnd
  }

  package func answer(at now: MonotonicInstant) -> Answer {
    if let end = pauseEnd(at: now) { return .wait(until: end) }
    switch circuit.answer(at: now) {
    case .wait(let end): return .wait(until: end)
    case .waitForProbe: return .waitForAnswer
    // A probe doesn't wait for the calls that were open when the circuit opened.
    case .pass: guard isSuspended || open < limit.limit else { return .waitForAnswer }
    }
    return budget.wait(at: now).map { .wait(until: $0) } ?? .go
  }

  /// A call begins, after the answer ``Answer/go``.
  package mutating func begin(at now: MonotonicInstant) -> Call {
    begun += 1
    open += 1
    budget.take(at: now)
    circuit.began(begun)
    return Call(number: begun, start: now)
  }

  package mutating func end(
    _ call: Call, _ evidence: Evidence, at now: MonotonicInstant, random: inout some RandomNumberGenerator
  ) -> Change? {
    defer { open -= 1 }
    switch evidence {
    case .accepted:
      limit.succeeded(in: now - call.start, open: open, at: now)
      budget.giveBack(succeeded: true)
      return circuit.succeeded() ? .resumed : nil
    case .answered:
      budget.giveBack(succeeded: false)
      return circuit.succeeded() ? .resumed : nil
    case .nothing:
      budget.giveBack(succeeded: false)
      circuit.learnedNothing(call.number, at: now)
      return nil
    case .failed(let noRoom):
      if noRoom { limit.cut(at: now) }
      guard circuit.failed(call.number, latest: begun, at: now, random: &random) else { return nil }
      limit.collapse()
      return .suspended
    }
  }

  /// The server asked at `now` for a pause of `duration`; the longer of two pauses holds.
  package mutating func pause(for duration: Duration, at now: MonotonicInstant) {
    let wished = now + min(duration, Destination.longestPause)
    pauseEnd = max(pauseEnd ?? wished, wished)
  }

  /// A flush or shutdown can't wait: one more attempt is made now, unless the server asked for a pause.
  package mutating func hurry(at now: MonotonicInstant) { circuit.hurry(at: now) }
}

extension Destination.Evidence {
  // A call that had less time than this, and the time that an attempt has, may have failed for that.
  private static let leastTime = Duration.seconds(1)

  /// - Parameters:
  ///   - time: How long the call took.
  ///   - timeout: What an attempt gets at most; zero for no limit.
  package init(_ failure: AttemptFailure, after time: Duration, timeout: Duration) {
    switch failure.origin {
    case .cancelled, .headerProvider: self = .nothing
    // The channel has its own back-off for connecting, and calls that wait for it don't reach the server.
    case .connect: self = .nothing
    case .transport: self = .failed(noRoom: false)
    case .deadline:
      let fair = timeout == .zero ? Self.leastTime : min(timeout, Self.leastTime)
      self = failure.isUnconnected || time < fair ? .nothing : .failed(noRoom: false)
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
