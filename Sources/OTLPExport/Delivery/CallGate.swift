internal import TelemetryCore

/// Holds calls back while the server has shown that it has no room for as many as there are. Part of an actor.
struct CallGate {
  private var limit: ConcurrencyLimit
  private var open = 0
  /// In the order of coming.
  private var waiting: [Promise<Void>] = []

  init(maximum: Int) { limit = ConcurrencyLimit(maximum: maximum) }

  /// Whether one more call is to wait. The processor keeps to the maximum itself.
  var isFull: Bool { limit.isReduced && open >= limit.limit }

  /// Counts a call.
  /// - Returns: The time, if it is to be measured.
  mutating func begin(clock: EventLoop) -> MonotonicInstant? {
    open += 1
    return limit.isReduced ? clock.now : nil
  }

  mutating func end(since start: MonotonicInstant?, _ failure: AttemptFailure?, clock: EventLoop) {
    if let failure {
      if failure.meansNoRoom { limit.cut(at: clock.now) }
    } else if let start {
      limit.succeeded(in: clock.now - start, open: open)
    }
    open -= 1
    guard !waiting.isEmpty else { return }
    // Whoever wakes looks again, so one too many is no harm, and one too few would be.
    for place in waiting.prefix(max(limit.limit - open, 0)) { place.fulfil(()) }
  }

  /// Takes a place among those that wait.
  mutating func queue() -> Promise<Void> {
    let place = Promise<Void>()
    waiting.append(place)
    return place
  }

  mutating func leave(_ place: Promise<Void>) { waiting.removeAll { $0 === place } }

  func wakeAll() {
    for place in waiting { place.fulfil(()) }
  }
}

extension AttemptFailure {
  /// RESOURCE_EXHAUSTED or UNAVAILABLE from the server, other than for a message's size.
  fileprivate var meansNoRoom: Bool {
    guard origin == .server else { return false }
    if code == StatusTable.unavailable { return true }
    return code == StatusTable.resourceExhausted && MessageLimit.read(self, messageBytes: 0) == .notTooLarge
  }
}
