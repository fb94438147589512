extension TelemetryRuntime: ForkParticipant {
  package var forkOrder: ForkOrder { .runtime }

  package func prepareFork() {
    state.lock()
    blocking.prepareFork()
  }

  package func forkedParent() {
    blocking.forkedParent()
    state.unlock()
  }

  package func forkedChild() {
    blocking.forkedChild()
    state.unlock()
  }
}
