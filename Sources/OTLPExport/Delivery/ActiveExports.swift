internal import TelemetryCore

/// Which exports run, and who waits for their end. Part of an actor.
struct ActiveExports {
  private struct Waiter {
    /// Waits for exports with smaller numbers.
    let bound: Int
    var count: Int
    let done: Promise<Void>
  }

  private var running: Set<Int> = []
  private var next = 0
  private var waiters: [Waiter] = []

  /// How many run.
  var count: Int { running.count }

  /// Notes the start of an export and numbers it.
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

  /// Fulfilled when the exports that run now have ended; nil if none runs.
  mutating func waitForRunning() -> Promise<Void>? {
    guard !running.isEmpty else { return nil }
    let waiter = Waiter(bound: next, count: running.count, done: Promise())
    waiters.append(waiter)
    return waiter.done
  }
}
