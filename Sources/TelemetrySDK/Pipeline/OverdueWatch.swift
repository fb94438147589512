/// Ends waits that a blocked loop doesn't end in time: one thread for the whole process, from the first wait to the last.
/// A loop's timers can't do this, since the loop itself may be blocked.
final class OverdueWatch: ForkParticipant {
  /// A wait.
  final class Wait: Sendable {
    private enum State: Sendable {
      case new
      case watched(UInt64)
      case ended
    }

    private let state = Locked(State.new)

    /// Calls `action` once, on the watch's thread, unless the wait ends before `deadline`. It must not block.
    func begin(_ deadline: Deadline, _ action: @escaping @Sendable () -> Void) {
      let number = OverdueWatch.shared.add(deadline, action)
      let hasEnded = state.withLock { state in
        if case .ended = state { return true }
        state = .watched(number)
        return false
      }
      if hasEnded { OverdueWatch.shared.remove(number) }
    }

    /// Ends the wait, from any thread.
    func end() {
      let number = state.withLock { state -> UInt64? in
        defer { state = .ended }
        if case .watched(let number) = state { return number }
        return nil
      }
      if let number { OverdueWatch.shared.remove(number) }
    }
  }

  private struct State {
    var waits: [UInt64: (deadline: Deadline, action: @Sendable () -> Void)] = [:]
    var next: UInt64 = 0
    var isRunning = false
    /// The thread sleeps until this time, or until it is signalled.
    var sleepsUntil = Deadline.never
    var signal = BlockingSemaphore()
  }

  private enum Step {
    case act([@Sendable () -> Void])
    case sleep(Deadline, BlockingSemaphore)
    case end
  }

  static let shared = OverdueWatch()

  /// The time at which a request is overdue: a loop that isn't blocked, and a processor that keeps the limit, answer before.
  static func deadline(_ limit: Duration) -> Deadline {
    Deadline(MonotonicInstant.system + max(.zero, limit) + .milliseconds(20))
  }

  private let state = Locked(State())

  private init() { Fork.join(self) }

  var isRunning: Bool { state.withLock { $0.isRunning } }

  private func add(_ deadline: Deadline, _ action: @escaping @Sendable () -> Void) -> UInt64 {
    let (number, starts) = state.withLock { state -> (UInt64, Bool) in
      state.next += 1
      state.waits[state.next] = (deadline, action)
      if state.isRunning, deadline < state.sleepsUntil { state.signal.signal() }
      defer { state.isRunning = true }
      return (state.next, !state.isRunning)
    }
    if starts { start() }
    return number
  }

  private func remove(_ number: UInt64) {
    let removed = state.withLock { state in
      let removed = state.waits.removeValue(forKey: number)
      if state.waits.isEmpty, state.isRunning { state.signal.signal() }
      return removed
    }
    _ = removed  // released outside the lock
  }

  private func start() {
    do throws(SystemError) {
      try ThreadSystem.start(name: "otlp-overdue", stackSize: 256 << 10) { self.run() }
    } catch {
      // The loops still keep the deadlines unless they are blocked. The next wait tries again.
      state.withLock { $0.isRunning = false }
    }
  }

  private func run() {
    while true {
      switch step() {
      case .act(let actions): for action in actions { action() }
      case .sleep(let deadline, let signal): _ = signal.wait(until: deadline)
      case .end: return
      }
    }
  }

  private func step() -> Step {
    let now = MonotonicInstant.system
    return state.withLock { state in
      let due = state.waits.filter { $0.value.deadline.hasPassed(at: now) }
      for number in due.keys { state.waits.removeValue(forKey: number) }
      guard due.isEmpty else { return .act(due.keys.sorted().compactMap { due[$0]?.action }) }
      guard let next = state.waits.values.map(\.deadline).min() else {
        state.isRunning = false
        return .end
      }
      state.sleepsUntil = next
      return .sleep(next, state.signal)
    }
  }

  var forkOrder: ForkOrder { .leaf }
  func prepareFork() { state.lock() }
  func forkedParent() { state.unlock() }

  /// Thread and waits belong to the parent.
  func forkedChild() {
    unsafe state.value.initialize(to: State())
    state.unlock()
  }
}
