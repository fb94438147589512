internal import Synchronization
internal import TelemetryCore

extension BatchCore: ForkParticipant {
  package var forkOrder: ForkOrder { .processor }
  package func prepareFork() { lock.lock() }
  package func forkedParent() { lock.unlock() }

  /// The queue, the exports under way and their count are the parent's: the child's processor is as new. One that had
  /// been shut down stays so.
  package func forkedChild() {
    let old = unsafe storage.pointee.machine
    var machine = BatchMachine(old.settings)
    if old.phase != .open { machine.phase = .closed }
    // Over what was there, which is never released: its items are not this process's to touch.
    unsafe storage.initialize(to: Self.state(machine, maxQueueSize, maxExportBatchSize))
    budget.forkedChild()
    if old.phase == .open { registration.store(loop.register(self).rawValue, ordering: .relaxed) }
    lock.unlock()
  }
}
