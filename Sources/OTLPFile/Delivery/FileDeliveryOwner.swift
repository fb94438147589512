internal import TelemetryCore

/// Keeps an exporter's delivery, counts its calls, and replaces it in a forked child. Thread-safe.
final class FileDeliveryOwner: Sendable, ForkParticipant {
  private struct State {
    var isShutDown = false
    var calls = 0
    // The loop must run while calls are in progress.
    var lease: TelemetryRuntime.Lease?
    var delivery: FileDelivery
    /// True in a forked child until the parent's delivery is replaced.
    var isParents = false
  }

  private let makeDelivery: @Sendable () throws -> FileDelivery
  private let state: Locked<State>

  /// - Parameter makeDelivery: Makes another delivery in a forked child.
  init(
    _ delivery: FileDelivery, lease: TelemetryRuntime.Lease, makeDelivery: @escaping @Sendable () throws -> FileDelivery
  ) {
    self.makeDelivery = makeDelivery
    state = Locked(State(lease: lease, delivery: delivery))
    Fork.join(self)
  }

  deinit { Fork.leave(self) }

  /// The delivery for a call that needs no running loop.
  var delivery: FileDelivery {
    let (delivery, isParents) = state.withLock { ($0.delivery, $0.isParents) }
    return isParents ? replaceParentsDelivery() : delivery
  }

  /// Begins a call.
  /// - Parameter last: True for shutdown, after which no call begins.
  /// - Returns: Nil after shutdown.
  func enter(last: Bool = false) -> FileDelivery? {
    let (delivery, isParents) = state.withLock { state -> (FileDelivery?, Bool) in
      guard !state.isShutDown else { return (nil, false) }
      state.isShutDown = last
      state.calls += 1
      return (state.delivery, state.isParents)
    }
    return isParents ? replaceParentsDelivery() : delivery
  }

  /// Ends a call. The last call after shutdown releases the threads.
  func leave() {
    let lease: TelemetryRuntime.Lease? = state.withLock { state in
      state.calls -= 1
      guard state.isShutDown, state.calls == 0 else { return nil }
      defer { state.lease = nil }
      return state.lease
    }
    lease?.end()
  }

  // MARK: Fork

  var forkOrder: ForkOrder { .exporter }
  func prepareFork() { state.lock() }
  func forkedParent() { state.unlock() }

  /// The calls in progress belong to the parent.
  func forkedChild() {
    unsafe state.value.pointee.isParents = true
    unsafe state.value.pointee.calls = 0
    state.unlock()
  }

  /// The parent's delivery is kept and never used: a thread of the parent may hold its file's lock.
  private func replaceParentsDelivery() -> FileDelivery {
    let own = try? makeDelivery()
    return state.withLock { state in
      guard state.isParents, let own else { return state.delivery }
      state.isParents = false
      _ = unsafe Unmanaged.passRetained(state.delivery)
      state.delivery = own
      return own
    }
  }
}
