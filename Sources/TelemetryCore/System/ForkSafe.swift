/// State behind a lock that a forked child keeps unchanged.
package final class ForkSafe<State>: ForkParticipant {
  private let state: Locked<State>

  package init(_ state: consuming sending State) {
    self.state = Locked(state)
    Fork.join(self)
  }

  deinit { Fork.leave(self) }

  package var forkOrder: ForkOrder { .leaf }

  /// Calls `body` with the state under the lock.
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try state.withLock(body)
  }

  package func prepareFork() { state.lock() }
  package func forkedParent() { state.unlock() }
  package func forkedChild() { state.unlock() }
}
