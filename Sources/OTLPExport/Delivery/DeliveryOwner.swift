package import TelemetryCore
package import TelemetrySDK

/// The part of an exporter that all transports and signals share: it keeps the delivery, counts its calls, closes it after the end
/// of the last signal, and replaces it in a forked child. Thread-safe.
package final class DeliveryOwner: Sendable, ForkParticipant {
  private struct State {
    /// The signals that have an exporter, those of them that take no more batches, and those whose exports have ended.
    var joined: Set<OTLPSignal> = []
    var shutDown: Set<OTLPSignal> = []
    var ended: Set<OTLPSignal> = []
    var isClosed = false
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

  /// The threads of an exporter.
  package static func lease(_ runtime: TelemetryRuntime) throws(OTLPError) -> TelemetryRuntime.Lease {
    do throws(SystemError) {
      return try runtime.acquire()
    } catch {
      throw OTLPError(.system, "no thread or no descriptor for the exporter: \(error)")
    }
  }

  /// The delivery for a call that needs no running loop.
  package var delivery: Delivery {
    let (delivery, isParents) = state.withLock { ($0.delivery, $0.isParents) }
    return isParents ? replaceParentsDelivery() : delivery
  }

  /// A signal has an exporter: the connections stay open until it is shut down too.
  package func join(_ signal: OTLPSignal) {
    state.withLock { state in _ = state.joined.insert(signal) }
  }

  /// Counts the idle buffers in `budget`, if no other processor's budget has them.
  package func share(_ budget: ByteBudget) {
    state.withLock { if $0.budget == nil { $0.budget = budget } }
    delivery.share(budget)
  }

  /// Calls `observer` whenever the room grows.
  package func observeRoom(_ observer: @escaping @Sendable () -> Void) {
    state.withLock { $0.roomObservers.append(observer) }
    delivery.observeRoom(observer)
  }

  // MARK: Calls

  /// Begins a call for a signal.
  /// - Parameter last: True for shutdown, after which no call begins.
  /// - Returns: Nil after the signal's shutdown.
  package func enter(_ signal: OTLPSignal, last: Bool = false) -> Delivery? {
    let (delivery, isParents) = state.withLock { state -> (Delivery?, Bool) in
      guard !state.isClosed, !state.shutDown.contains(signal) else { return (nil, false) }
      state.joined.insert(signal)
      if last { state.shutDown.insert(signal) }
      state.calls += 1
      return (state.delivery, state.isParents)
    }
    return isParents ? replaceParentsDelivery() : delivery
  }

  /// Ends a call. The last call after the end of all signals releases the threads.
  package func leave() {
    let lease: TelemetryRuntime.Lease? = state.withLock { state in
      state.calls -= 1
      guard state.isClosed, state.calls == 0 else { return nil }
      defer { state.lease = nil }
      return state.lease
    }
    lease?.end()
  }

  /// The exports of a signal have ended after its shutdown.
  /// - Returns: True if no signal is left, so that the delivery is to be closed.
  package func end(_ signal: OTLPSignal) -> Bool {
    state.withLock { state in
      state.ended.insert(signal)
      guard !state.isClosed, state.ended.isSuperset(of: state.joined) else { return false }
      state.isClosed = true
      return true
    }
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
