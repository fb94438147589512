/// The timers of an event loop, by deadline. Of several timers with the same deadline the first scheduled fires first.
struct TimerQueue {
  enum Effect {
    case run(@Sendable () -> Void)
    case notify(HandlerToken)
    /// Ends a task's wait; the argument is true if the loop has ended before the deadline.
    case endWait(@Sendable (Bool) -> Void)
  }

  private struct Timer {
    let deadline: Deadline
    let id: TelemetryLoop.TimerID
    let effect: Effect
  }

  // The next timer stands last.
  private var timers: [Timer] = []
  /// The id that the next scheduled timer gets.
  private(set) var nextID: TelemetryLoop.TimerID

  init(nextID: TelemetryLoop.TimerID = .init(number: 0)) { self.nextID = nextID }

  var count: Int { timers.count }
  var isEmpty: Bool { timers.isEmpty }
  var nextDeadline: Deadline? { timers.last?.deadline }

  mutating func schedule(_ effect: Effect, at deadline: Deadline) -> TelemetryLoop.TimerID {
    let id = nextID
    nextID = .init(number: id.number + 1)
    timers.insert(Timer(deadline: deadline, id: id, effect: effect), at: index(of: deadline))
    return id
  }

  private func index(of deadline: Deadline) -> Int {
    var (low, high) = (0, timers.count)
    while low < high {
      let middle = (low + high) / 2
      if timers[middle].deadline > deadline { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// - Returns: The timer's effect; nil if the timer has fired or was canceled before.
  mutating func cancel(_ id: TelemetryLoop.TimerID) -> Effect? {
    guard let index = timers.lastIndex(where: { $0.id == id }) else { return nil }
    return timers.remove(at: index).effect
  }

  /// Removes the next timer that is due and was scheduled before `end`.
  mutating func removeDue(at now: MonotonicInstant, scheduledBefore end: TelemetryLoop.TimerID) -> Effect? {
    for index in timers.indices.reversed() {
      guard timers[index].deadline.hasPassed(at: now) else { return nil }
      if timers[index].id.number < end.number { return timers.remove(at: index).effect }
    }
    return nil
  }

  /// Removes the timers that have no use after the loop's end. A timer that runs code stays: a task may wait for this
  /// code alone.
  /// - Returns: The waits to end, in the order of their deadlines.
  mutating func loopEnded() -> [@Sendable (Bool) -> Void] {
    let waits = timers.reversed().compactMap { timer in
      if case .endWait(let end) = timer.effect { end } else { nil }
    }
    timers.removeAll { timer in
      if case .run = timer.effect { false } else { true }
    }
    return waits
  }
}
