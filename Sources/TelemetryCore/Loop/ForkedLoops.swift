/// Takes all event loops with threads of their own through a fork, also ended loops, which still run late jobs.
final class ForkedLoops: ForkParticipant {
  private struct Entry {
    weak var loop: TelemetryLoop?
  }

  private struct State {
    var entries: [Entry] = []
    /// The loops that wait while the process forks.
    var halted: [TelemetryLoop] = []
  }

  // An exporter may block its loop; the fork then goes ahead without that halt. All loops share the time.
  private static let patience = Duration.milliseconds(100)

  private static let shared = ForkedLoops()
  private let state = Locked(State())

  private init() { Fork.join(self) }

  /// Joins the participants of forks. The caller must hold no lock of a participant.
  static func start() { _ = shared }

  static func add(_ loop: TelemetryLoop) {
    shared.state.withLock { state in
      state.entries.removeAll { $0.loop == nil }
      state.entries.append(Entry(loop: loop))
    }
  }

  var forkOrder: ForkOrder { .loop }

  func haltForFork() {
    let loops = state.withLock { state in
      state.halted = state.entries.compactMap(\.loop)
      return state.halted
    }
    for loop in loops { loop.requestHalt() }
    let deadline = Deadline(.system + Self.patience)
    for loop in loops { loop.waitForHalt(until: deadline) }
  }

  func prepareFork() {
    state.lock()
    for loop in unsafe state.value.pointee.halted { loop.prepareFork() }
  }

  func forkedParent() {
    let loops = unsafe state.value.pointee.halted
    unsafe state.value.pointee.halted = []
    for loop in loops { loop.forkedParent() }
    state.unlock()
    // These may be the last references: they are released after the lock.
    withExtendedLifetime(loops) {}
  }

  /// Keeps the loops and the leases on them; each thread starts again with the first work.
  func forkedChild() {
    unsafe state.value.pointee.halted = []
    for entry in unsafe state.value.pointee.entries { entry.loop?.forkedChild() }
    state.unlock()
  }
}
