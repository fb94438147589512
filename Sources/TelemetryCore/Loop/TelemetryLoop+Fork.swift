internal import Synchronization

/// Where a loop's thread stands still while the process forks, so that what it works on is whole in the child.
final class ForkHalt: Sendable {
  // An exporter may block the loop; then the fork goes ahead without.
  private static let patience = Duration.milliseconds(100)

  private let reached = BlockingSemaphore()
  private let goOn = BlockingSemaphore()

  /// On the loop's thread.
  func wait() {
    reached.signal()
    _ = goOn.wait(until: .never)
  }

  /// On the forking thread.
  func waitForLoop() { _ = reached.wait(until: Deadline(.system + ForkHalt.patience)) }

  func end() { goOn.signal() }
}

// `ForkedLoops` calls these.
extension TelemetryLoop {
  /// Has the loop's thread stand still before it does anything more.
  func requestHalt() {
    guard !isCurrent else { return }
    state.withLock { $0.halt = ForkHalt() }
  }

  /// Waits until it does; not for long.
  func waitForHalt() {
    // At rest it comes by the halt before it touches anything.
    let halt = state.withLock { $0.isAtRest ? nil : $0.halt }
    halt?.waitForLoop()
  }

  func prepareFork() { state.lock() }

  func forkedParent() {
    let halt = unsafe state.value.pointee.halt
    unsafe state.value.pointee.halt = nil
    state.unlock()
    halt?.end()
  }

  /// Jobs, timers and handlers are the parent's. The loop goes on: on the forking thread if that is its own, else on
  /// one that it starts once there is something to do.
  func forkedChild() {
    // Over what was there, which is never released: it may have been in the middle of a change.
    var fresh = State()
    let old = unsafe state.value
    (fresh.nextTimer, fresh.stopping, fresh.ended) =
      unsafe (old.pointee.nextTimer, old.pointee.stopping, old.pointee.ended)
    unsafe old.initialize(to: fresh)
    if isCurrent {
      try? poller.reopenInChild()
      unsafe old.pointee.isAtRest = false
    } else {
      thread.store(0, ordering: .relaxed)
      unsafe old.pointee.sleep = .absent
      unsafe old.pointee.reopensPoller = true
    }
    state.unlock()
  }
}
