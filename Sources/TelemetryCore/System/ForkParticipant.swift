/// Has state that threads share, and that a forked child, in which only the forking thread exists, must find whole.
package protocol ForkParticipant: AnyObject, Sendable {
  /// Who may hold its lock while it asks for another one stands before it.
  var forkOrder: ForkOrder { get }

  /// The process is about to fork: brings threads of its own to a halt, while no lock is held for the fork yet. Default:
  /// nothing.
  func haltForFork()

  /// Takes its lock. On the forking thread.
  func prepareFork()

  /// In the parent, after the fork: lets go of the lock.
  func forkedParent()

  /// In the child, before anything else runs there: begins anew, or keeps what it has, and lets go of the lock. What
  /// belongs to the parent is neither used nor released.
  func forkedChild()
}

extension ForkParticipant {
  package func haltForFork() {}
}

/// The order in which locks are taken before a fork.
package enum ForkOrder: Int, Sendable {
  case processor
  case exporter
  case runtime
  case loop
  case leaf
}
