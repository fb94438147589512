package import TelemetryCore

/// The part of an exporter that all transports share: it keeps the delivery, counts its calls, and replaces it in a forked
/// child. Thread-safe.
package final class DeliveryOwner: Sendable, ForkParticipant {
  private struct State {
    var isShutDown = false
    var calls = 0
    // The loop must run while calls are in progress.
    var lease: TelemetryRuntime.Lease?
    var delivery: Delivery
    /// True in a forked child until the parent's delivery is replaced.
    var isParents = false
    var budget: ByteBudget?
    var roomObservers: [@Sendable () -> Void] = []
  }

  private let makeDelivery: @Sendable () throws(OTLPError) -> Delivery
  private let state: Locked<State>

  /// - Parameter makeDelivery: Makes the delivery, and another one in a forked child.
  package init(
    lease: TelemetryRuntime.Lease?, makeDelivery: @escaping @Sendable () throws(OTLPError) -> Delivery
  ) throws(OTLPError) {
    self.makeDelivery = makeDelivery
    state = Locked(State(lease: lease, delivery: try makeDelivery()))
    Fork.join(self)
  }

  deinit { Fork.leave(self) }

  /// The delivery for a call that needs no running loop.
  package var delivery: Delivery {
    let (delivery, isParents) = state.withLock { ($0.delivery, $0.isParents) }
    return isParents ? replaceParentsDelivery() : delivery
  }

  /// Counts the idle buffers in `budget`.
  package func share(_ budget: ByteBudget) {
    state.withLock { if $0.budget == nil { $0.budget = budget } }
    delivery.share(budget)
  }

  /// Calls `observer` whenever the room grows.
  package func observeRoom(_ observer: @escaping @Sendable () -> Void) {
    state.withLock { $0.roomObservers.append(observer) }
    delivery.observeRoom(observer)
  }

  /// Begins a call.
  /// - Parameter last: True for shutdown, after which no call begins.
  /// - Returns: Nil after shutdown.
  package func enter(last: Bool = false) -> Delivery? {
    let (delivery, isParents) = state.withLock { state -> (Delivery?, Bool) in
      guard !state.isShutDown else { return (nil, false) }
      state.isShutDown = last
      state.calls += 1
      return (state.delivery, state.isParents)
    }
    return isParents ? replaceParentsDelivery() : delivery
  }

  /// Ends a call. The last call after shutdown releases the threads.
  package func leave() {
    let lease: TelemetryRuntime.Lease? = state.withLock { state in
      state.calls -= 1
      guard state.isShutDown, state.calls == 0 else { return nil }
      defer { state.lease = nil }
      return state.lease
    }
    lease?.end()
  }

  // MARK: Fork

  package var forkOrder: ForkOrder { .exporter }
  package func prepareFork() { state.lock() }
  package func forkedParent() { state.unlock() }

  /// The calls in progress belong to the parent.
  package func forkedChild() {
    unsafe state.value.pointee.isParents = true
    unsafe state.value.pointee.calls = 0
    state.unlock()
  }

  /// Replaces the parent's delivery in a forked child. The parent's delivery is kept and never used: a close would be sent
  /// to the server over the parent's connection.
  private func replaceParentsDelivery() -> Delivery {
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
