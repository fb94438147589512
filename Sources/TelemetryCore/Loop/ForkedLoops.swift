/// All event loops that run on threads of their own, for forks: also those that have ended, since they run what comes
/// late.
final class ForkedLoops: ForkParticipant {
  private struct Entry {
    weak var loop: TelemetryLoop?
  }

  private struct State {
    var entries: [Entry] = []
    /// Those that stand still for a fork.
    var halted: [TelemetryLoop] = []
  }

  private static let shared = ForkedLoops()
  private let state = Locked(State())

  private init() { Fork.join(self) }

  /// Takes part in forks from now on; called where no lock is held that takes part too.
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
    for loop in loops { loop.waitForHalt() }
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
    // The last references may be these: they are released after the lock.
    withExtendedLifetime(loops) {}
  }

  /// Loops and the leases on them stay; their threads start again with the first thing that there is to do.
  func forkedChild() {
    unsafe state.value.pointee.halted = []
    for entry in unsafe state.value.pointee.entries { entry.loop?.forkedChild() }
    state.unlock()
  }
}
