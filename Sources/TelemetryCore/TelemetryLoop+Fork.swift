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

// The runtime that the loop belongs to calls these.
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
  /// one that `startThread` starts, once there is something to do.
  func forkedChild(_ startThread: @escaping @Sendable () -> Bool) {
    // Over what was there, which is never released: it may have been in the middle of a change.
    var fresh = State()
    (fresh.nextTimer, fresh.ended) = unsafe (state.value.pointee.nextTimer, state.value.pointee.ended)
    unsafe state.value.initialize(to: fresh)
    if isCurrent {
      try? poller.reopenInChild()
      unsafe state.value.pointee.isAtRest = false
    } else {
      forgetThread()
      unsafe state.value.pointee.sleep = .unborn
      unsafe state.value.pointee.startThread = startThread
    }
    state.unlock()
  }

  /// The first thing to do in a child. If no thread can be had, the next thing to do tries again.
  func startInChild() {
    let start = state.withLock { $0.startThread }
    do throws(SystemError) {
      try poller.reopenInChild()
      if start?() == true { return }
    } catch {}
    state.withLock { $0.sleep = .unborn }
  }
}
