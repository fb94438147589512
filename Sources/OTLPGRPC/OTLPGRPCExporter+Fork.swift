package import TelemetryCore

extension OTLPGRPCExporter: ForkParticipant {
  package var forkOrder: ForkOrder { .exporter }
  package func prepareFork() { state.lock() }
  package func forkedParent() { state.unlock() }

  /// The calls in progress belong to the parent.
  package func forkedChild() {
    unsafe state.value.pointee.isParents = true
    unsafe state.value.pointee.calls = 0
    state.unlock()
  }

  /// Replaces the parent's delivery in a forked child. The parent's delivery is kept and never used: a
  /// close would be sent to the server over the parent's connection.
  func replaceParentsDelivery() -> Delivery {
    // The same values made a delivery before; should this fail, the exports fail by the closed connection.
    let own = try? makeDelivery()
    let (delivery, budget, observers) = state.withLock {
      state -> (Delivery, ByteBudget?, [@Sendable () -> Void]) in
      guard state.isParents else { return (state.delivery, nil, []) }
      state.isParents = false
      guard let own else { return (state.delivery, nil, []) }
      _ = unsafe Unmanaged.passRetained(state.delivery)
      state.delivery = own
      return (own, state.budget, state.roomObservers)
    }
    if let budget { delivery.share(budget) }
    for observer in observers { delivery.observeRoom(observer) }
    return delivery
  }
}
