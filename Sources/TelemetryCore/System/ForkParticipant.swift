/// An object with state that threads share. A forked child has only the forking thread, and must find the state whole.
package protocol ForkParticipant: AnyObject, Sendable {
  /// The place in the order in which locks are taken.
  var forkOrder: ForkOrder { get }

  /// Stops the object's own threads before a fork. No lock is held yet. The default does nothing.
  func haltForFork()

  /// Takes the object's lock. On the forking thread.
  func prepareFork()

  /// Releases the lock in the parent after the fork.
  func forkedParent()

  /// Resets or keeps the state in the child, before any other code runs there, and releases the lock. Neither uses nor
  /// releases objects of the parent.
  func forkedChild()
}

extension ForkParticipant {
  package func haltForFork() {}
}

/// The order in which locks are taken before a fork: the holder of a lock may ask for the locks of later cases.
package enum ForkOrder: Int, Sendable {
  case processor
  case exporter
  case runtime
  case loop
  case leaf
}
