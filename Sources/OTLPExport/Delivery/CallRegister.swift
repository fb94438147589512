internal import TelemetryCore

/// Which exports run, who waits for their end, and which of them sleep. Part of an actor.
struct CallRegister {
  private struct Waiter {
    /// Waits for calls with smaller numbers.
    let bound: Int
    var count: Int
    let done: Promise<Void>
  }

  private struct Sleeper {
    let end: MonotonicInstant
    let promise: Promise<Bool>
  }

  private var running: Set<Int> = []
  private var next = 0
  private var waiters: [Waiter] = []
  private var sleepers: [Int: Sleeper] = [:]

  /// Notes the start of a call and numbers it.
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

  /// Fulfilled when the calls that run now have ended; nil if none runs.
  mutating func waitForRunning() -> Promise<Void>? {
    guard !running.isEmpty else { return nil }
    let waiter = Waiter(bound: next, count: running.count, done: Promise())
    waiters.append(waiter)
    return waiter.done
  }

  mutating func sleep(_ number: Int, until end: MonotonicInstant, _ promise: Promise<Bool>) {
    sleepers[number] = Sleeper(end: end, promise: promise)
  }

  mutating func wake(_ number: Int) { sleepers[number] = nil }

  /// Ends the sleeps that would not end before `deadline`.
  func interruptSleeps(from deadline: Deadline) {
    for sleeper in sleepers.values where Deadline(sleeper.end) >= deadline { sleeper.promise.fulfil(false) }
  }
}
