internal import Synchronization

// `ForkedLoops` calls these.
extension TelemetryLoop {
  /// Asks the loop's thread to wait before its next work.
  func requestHalt() {
    guard !isCurrent else { return }
    state.withLock { $0.halt = ForkHalt() }
  }

  /// Waits for the thread until a deadline of the system's clock.
  func waitForHalt(until deadline: Deadline) {
    // A thread at rest meets the halt before it touches any state.
    let halt = state.withLock { $0.isAtRest ? nil : $0.halt }
    halt?.waitForLoop(until: deadline)
  }

  func prepareFork() { state.lock() }

  func forkedParent() {
    let halt = unsafe state.value.pointee.halt
    unsafe state.value.pointee.halt = nil
    state.unlock()
    halt?.end()
  }

  /// Drops jobs, timers and handlers, which are the parent's. The loop goes on: on the forking thread if that is the
  /// loop's own, else on a thread that starts with the first work.
  func forkedChild() {
    let old = unsafe state.value
    var fresh = State()
    fresh.timers = unsafe TimerQueue(nextID: old.pointee.timers.nextID)
    fresh.isStopping = unsafe old.pointee.isStopping
    fresh.hasEnded = unsafe old.pointee.hasEnded
    fresh.isAtRest = !isCurrent
    if isCurrent {
      try? poller.reopenInChild()
    } else {
      runningThread.store(0, ordering: .relaxed)
      fresh.thread = .absent
      fresh.reopensPoller = true
    }
    // The old state is overwritten and never released: the fork may have come in the middle of a change.
    unsafe old.initialize(to: fresh)
    state.unlock()
  }
}
