internal import TelemetryCore

/// The exports in progress, and the callers that wait for their end. Part of an actor.
struct ActiveExports {
  private struct Waiter {
    /// The waiter waits for exports with smaller numbers.
    let bound: Int
    var count: Int
    let done: Promise<Void>
  }

  private var running: Set<Int> = []
  private var next = 0
  private var waiters: [Waiter] = []

  var count: Int { running.count }

  /// Begins an export.
  /// - Returns: The export's number.
  mutating func begin() -> Int {
    defer { next += 1 }
    running.insert(next)
    return next
  }

  mutating func end(_ number: Int) {
    running.remove(number)
    for index in waiters.indices.reversed() where number < waiters[index].bound {
      waiters[index].count -= 1
      if waiters[index].count == 0 { waiters.remove(at: index).done.fulfil(()) }
    }
  }

  /// - Returns: A promise that is fulfilled when the exports that run now have ended; nil if none runs.
  mutating func waitForRunning() -> Promise<Void>? {
    guard !running.isEmpty else { return nil }
    let waiter = Waiter(bound: next, count: running.count, done: Promise())
    waiters.append(waiter)
    return waiter.done
  }
}
