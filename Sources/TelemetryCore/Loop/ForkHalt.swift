/// A meeting point at which a loop's thread waits while the process forks, so that the child finds the loop's state
/// whole.
final class ForkHalt: Sendable {
  // An exporter may block the loop; the fork then goes ahead without the halt.
  private static let patience = Duration.milliseconds(100)

  private let reached = BlockingSemaphore()
  private let forked = BlockingSemaphore()

  /// Waits for the end of the fork. On the loop's thread.
  func wait() {
    reached.signal()
    _ = forked.wait(until: .never)
  }

  /// Waits until the loop's thread has come, for at most 100 ms. On the forking thread.
  func waitForLoop() { _ = reached.wait(until: Deadline(.system + ForkHalt.patience)) }

  func end() { forked.signal() }
}
