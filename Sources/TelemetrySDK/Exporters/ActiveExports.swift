package import TelemetryCore

/// The exports in progress, and the callers that wait for their end. Part of an actor.
package struct ActiveExports {
  private struct Waiter {
    /// The waiter waits for the signal's exports with smaller numbers.
    let signal: OTLPSignal
    let bound: Int
    package var count: Int
    let done: Promise<Void>
  }

  private var running: [Int: OTLPSignal] = [:]
  private var next = 0
  private var waiters: [Waiter] = []

  package init() {}

  package var count: Int { running.count }

  /// Begins an export.
  /// - Returns: The export's number.
  package mutating func begin(_ signal: OTLPSignal) -> Int {
    defer { next += 1 }
    running[next] = signal
    return next
  }

  package mutating func end(_ number: Int) {
    let signal = running.removeValue(forKey: number)
    for index in waiters.indices.reversed() where number < waiters[index].bound && waiters[index].signal == signal {
      waiters[index].count -= 1
      if waiters[index].count == 0 { waiters.remove(at: index).done.fulfil(()) }
    }
  }

  /// - Returns: A promise that is fulfilled when the exports of the signal that run now have ended; nil if none runs.
  package mutating func waitForRunning(_ signal: OTLPSignal) -> Promise<Void>? {
    let count = running.values.count { $0 == signal }
    guard count > 0 else { return nil }
    let waiter = Waiter(signal: signal, bound: next, count: count, done: Promise())
    waiters.append(waiter)
    return waiter.done
  }

  /// Forgets a promise of ``waitForRunning(_:)`` whose caller has given up.
  package mutating func forget(_ done: Promise<Void>) { waiters.removeAll { $0.done === done } }
}
