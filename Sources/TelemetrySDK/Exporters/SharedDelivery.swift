package import TelemetryCore

/// Keeps the delivery of an exporter, which all its signals share: counts its calls, tells when the last signal has ended, and
/// replaces it in a forked child. Thread-safe.
package final class SharedDelivery<Delivery: AnyObject & Sendable>: Sendable, ForkParticipant {
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
    var settings: [@Sendable (Delivery) -> Void] = []
  }

  private let makeDelivery: @Sendable () throws -> Delivery
  private let state: Locked<State>

  /// - Parameter makeDelivery: Makes another delivery in a forked child.
  package init(
    _ delivery: Delivery, lease: TelemetryRuntime.Lease?, makeDelivery: @escaping @Sendable () throws -> Delivery
  ) {
    self.makeDelivery = makeDelivery
    state = Locked(State(lease: lease, delivery: delivery))
    Fork.join(self)
  }

  deinit { Fork.leave(self) }

  /// The delivery for a call that needs no running loop.
  package var delivery: Delivery {
    let (delivery, isParents) = state.withLock { ($0.delivery, $0.isParents) }
    return isParents ? replaceParentsDelivery() : delivery
  }

  /// A signal has an exporter: the connections stay open until it is shut down too.
  package func join(_ signal: OTLPSignal) {
    state.withLock { state in _ = state.joined.insert(signal) }
  }

  /// Applies a setting now, and to the delivery of a forked child.
  package func apply(_ setting: @escaping @Sendable (Delivery) -> Void) {
    state.withLock { $0.settings.append(setting) }
    setting(delivery)
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

  /// Replaces the parent's delivery in a forked child. The parent's is kept and never used: a close would be sent to the server over
  /// the parent's connection, and a thread of the parent may hold a lock.
  private func replaceParentsDelivery() -> Delivery {
    // The same values made a delivery before; should this fail, the next call tries again.
    let own = try? makeDelivery()
    let (delivery, settings) = state.withLock { state -> (Delivery, [@Sendable (Delivery) -> Void]) in
      guard state.isParents, let own else { return (state.delivery, []) }
      state.isParents = false
      _ = unsafe Unmanaged.passRetained(state.delivery)
      state.delivery = own
      return (own, state.settings)
    }
    for setting in settings { setting(delivery) }
    return delivery
  }
}
