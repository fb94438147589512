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
    /// Whether the server named the pause.
    let isServers: Bool
    let promise: Promise<Bool>
  }

  private var running: Set<Int> = []
  private var next = 0
  private var waiters: [Waiter] = []
  private var sleepers: [Int: Sleeper] = [:]
  /// How often somebody was in a hurry.
  private(set) var hurries = 0
  private var hurryDeadline = Deadline.never

  /// How many run.
  var count: Int { running.count }

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

  mutating func sleep(_ number: Int, until end: MonotonicInstant, isServers: Bool, _ promise: Promise<Bool>) {
    sleepers[number] = Sleeper(end: end, isServers: isServers, promise: promise)
  }

  mutating func wake(_ number: Int) { sleepers[number] = nil }

  /// Somebody waits until `deadline`: ends the sleeps that would last longer.
  mutating func hurry(deadline: Deadline) {
    hurries += 1
    hurryDeadline = deadline
    wakeSleepers { Deadline($0) >= deadline }
  }

  /// Whether a hurry would have ended a sleep until `end`, had it begun when there had been `hurries` of them.
  func isOvertaken(_ end: MonotonicInstant, since hurries: Int) -> Bool {
    self.hurries != hurries && Deadline(end) >= hurryDeadline
  }

  /// Ends the sleeps whose end `isMeant`, the oldest export first.
  /// - Parameter ownOnly: Not those whose length the server named.
  func wakeSleepers(ownOnly: Bool = false, where isMeant: (MonotonicInstant) -> Bool = { _ in true }) {
    for (_, sleeper) in sleepers.sorted(by: { $0.key < $1.key }) where isMeant(sleeper.end) {
      if !ownOnly || !sleeper.isServers { sleeper.promise.fulfil(true) }
    }
  }
}
