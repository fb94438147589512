internal import Synchronization
internal import TelemetryCore

extension BatchDriver: ForkParticipant {
  package var forkOrder: ForkOrder { .processor }
  package func prepareFork() { lock.lock() }
  package func forkedParent() { lock.unlock() }

  /// Queue, exports and counts belong to the parent: the child's processor starts anew, or stays shut down.
  package func forkedChild() {
    let old = unsafe storage.pointee.machine
    var machine = BatchStateMachine(old.settings)
    if old.phase != .open { machine.phase = .closed }
    machine.collections = source?.schedule(at: loop.now)
    // The old state is overwritten, never released: its items belong to the parent.
    budget.forkedChild()
    unsafe storage.initialize(to: Self.state(machine, configuration, budget))
    if old.phase == .open { registration.store(loop.register(self).rawValue, ordering: .relaxed) }
    lock.unlock()
    if source != nil, old.phase == .open { loop.notify(token) }  // arms the timer of the first collection
  }
}
