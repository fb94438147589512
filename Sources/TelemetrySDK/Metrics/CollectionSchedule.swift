internal import TelemetryCore

/// Decides when a periodic reader collects, and when a collection ends: the part of ``BatchStateMachine`` that only a reader has.
///
/// A collection calls all producers at once and ends when all have returned, or at its deadline. A producer that hasn't returned
/// isn't called again until it does, so calls of a producer never overlap, and hanging calls don't pile up.
///
/// ```
/// collection  none ── tick, demand ──▶ running ── all producers returned, deadline ──▶ none
/// call        none ── collection begins ──▶ out ── cancelAt ──▶ cancelled ── producerReturned ──▶ none
///                                            └──────────────── producerReturned ─────────────────────▲
/// ```
struct CollectionSchedule {
  /// The effects, which the driver performs.
  enum Action: Equatable {
    /// Calls these producers.
    case begin(id: CollectionID, producers: [Int], deadline: Deadline)
    /// Cancels the call of a producer that has had the whole timeout.
    case cancel(producer: Int)
    /// Queues what the producers returned, then calls `collectionEnded`. The `late` ones haven't returned.
    case end(id: CollectionID, late: [Int])
  }

  /// A collection.
  struct CollectionID: Hashable, Sendable {
    let number: UInt64
  }

  struct Call: Equatable {
    let collection: CollectionID
    let cancelAt: Deadline
    var isCancelled = false
  }

  struct Running: Equatable {
    let id: CollectionID
    var deadline: Deadline
  }

  let interval: Duration
  let timeout: Duration
  /// The calls that haven't returned, by producer.
  private(set) var calls: [Call?]
  private(set) var running: Running?
  /// The time of the next periodic collection.
  private(set) var nextTick: Deadline
  /// A flush or shutdown with this deadline waits for a collection that begins after its request.
  private(set) var demand: Deadline?
  /// The running collection must leave time for a demand that came since the last action.
  private var isDemandNew = false
  private var nextID: UInt64 = 1

  init(interval: Duration, timeout: Duration, producers: Int, at now: MonotonicInstant) {
    self.interval = interval
    self.timeout = timeout
    calls = Array(repeating: nil, count: producers)
    nextTick = Deadline(now + interval)
  }

  // MARK: Inputs

  /// A flush or shutdown needs a collection.
  mutating func demanded(by deadline: Deadline) {
    demand = min(demand ?? .never, deadline)
    isDemandNew = true
  }

  /// A call has returned.
  /// - Returns: False if the call's collection has ended.
  mutating func producerReturned(_ producer: Int) -> Bool {
    guard let call = calls[producer] else { return false }
    calls[producer] = nil
    return call.collection == running?.id
  }

  /// A shutdown has begun: there are no more periodic collections.
  mutating func stopTicking() { nextTick = .never }

  // MARK: Decisions

  /// The next action at `now`. After nil, the driver asks again at `nextDeadline` or after the next input.
  mutating func nextAction(at now: MonotonicInstant) -> Action? {
    if let producer = overdueProducer(at: now) {
      calls[producer]?.isCancelled = true
      return .cancel(producer: producer)
    }
    let isTick = nextTick.hasPassed(at: now)
    if isTick { advanceTick(past: now) }
    if let current = running { return continueRunning(current, at: now) }
    guard isTick || demand != nil else { return nil }
    return begin(at: now)
  }

  /// The latest time for the next call of `nextAction`.
  var nextDeadline: Deadline {
    var result = min(nextTick, running?.deadline ?? .never)
    for call in calls {
      if let call, !call.isCancelled { result = min(result, call.cancelAt) }
    }
    return result
  }

  private func overdueProducer(at now: MonotonicInstant) -> Int? {
    calls.firstIndex { call in call.map { !$0.isCancelled && $0.cancelAt.hasPassed(at: now) } ?? false }
  }

  /// Ticks that were missed, because the process was stopped or a collection took long, are left out.
  private mutating func advanceTick(past now: MonotonicInstant) {
    let elapsed = (now - nextTick.instant).clampedNanoseconds
    let missed = elapsed / max(1, interval.clampedNanoseconds)
    nextTick = Deadline(nextTick.instant + interval * Int(missed + 1))
  }

  private mutating func continueRunning(_ current: Running, at now: MonotonicInstant) -> Action? {
    var current = current
    if isDemandNew, let demand { current.deadline = min(current.deadline, Self.half(demand, at: now)) }
    isDemandNew = false
    running = current
    guard current.deadline.hasPassed(at: now) || !calls.contains(where: { $0?.collection == current.id }) else {
      return nil
    }
    return end()
  }

  /// Ends the running collection now, for a shutdown whose time is over.
  mutating func end() -> Action? {
    guard let current = running else { return nil }
    running = nil
    return .end(id: current.id, late: calls.indices.filter { calls[$0]?.collection == current.id })
  }

  private mutating func begin(at now: MonotonicInstant) -> Action {
    let id = CollectionID(number: nextID)
    nextID += 1
    let cancelAt = Deadline(now + timeout)
    var deadline = cancelAt
    if let demand { deadline = min(deadline, Self.half(demand, at: now)) }
    demand = nil
    isDemandNew = false
    let producers = calls.indices.filter { calls[$0] == nil }
    for producer in producers { calls[producer] = Call(collection: id, cancelAt: cancelAt) }
    running = Running(id: id, deadline: deadline)
    return .begin(id: id, producers: producers, deadline: deadline)
  }

  /// A collection gets half of the time of a flush or shutdown, so that a producer that hangs leaves time to export what the
  /// others returned. A deadline that has passed no longer matters.
  private static func half(_ deadline: Deadline, at now: MonotonicInstant) -> Deadline {
    if deadline.isNever || deadline.hasPassed(at: now) { return .never }
    return Deadline(now + deadline.remaining(at: now) / 2)
  }
}
