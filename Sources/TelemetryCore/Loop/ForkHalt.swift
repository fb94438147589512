/// A meeting point at which a loop's thread waits while the process forks, so that the child finds the loop's state
/// whole.
final class ForkHalt: Sendable {
  private let reached = BlockingSemaphore()
  private let forked = BlockingSemaphore()

  /// Waits for the end of the fork. On the loop's thread.
  func wait() {
    reached.signal()
    _ = forked.wait(until: .never)
  }

  /// Waits until the loop's thread has come, or until a deadline of the system's clock. On the forking thread.
  func waitForLoop(until deadline: Deadline) { _ = reached.wait(until: deadline) }

  func end() { forked.signal() }
}
