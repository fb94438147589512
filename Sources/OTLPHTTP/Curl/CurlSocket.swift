#if HTTP
  internal import TelemetryCore

  /// A socket of libcurl's that the loop watches.
  // SAFETY: used on the loop's thread only.
  final class CurlSocket: LoopHandler, @unchecked Sendable {
    let descriptor: Int32
    private let onReady: @Sendable (Int32, Readiness) -> Void
    private var token = HandlerToken.none
    private var registered: Readiness = []
    private var wanted: Readiness = []

    init(_ descriptor: Int32, onReady: @escaping @Sendable (Int32, Readiness) -> Void) {
      self.descriptor = descriptor
      self.onReady = onReady
    }

    /// Changes what libcurl waits for. What it no longer waits for stays registered until it happens: most requests wait for
    /// the same again, which saves the system calls.
    func want(_ readiness: Readiness, on loop: TelemetryLoop) {
      wanted = readiness
      guard !registered.isSuperset(of: readiness) else { return }
      register(registered.union(readiness), on: loop)
    }

    private func register(_ readiness: Readiness, on loop: TelemetryLoop) {
      // A refusal is noticed by the deadline of the request.
      if token == .none {
        token = (try? loop.watch(descriptor, levels: readiness, self)) ?? .none
      } else {
        try? loop.changeWatch(descriptor, token, levels: readiness)
      }
      registered = token == .none ? [] : readiness
    }

    /// Ends the watch. Before the socket is closed, or while nobody waits for it.
    func unwatch(on loop: TelemetryLoop) {
      if token != .none { loop.unwatch(descriptor, token) }
      token = .none
      (registered, wanted) = ([], [])
    }

    func ready(_ readiness: Readiness) {
      guard token != .none, let loop = TelemetryLoop.current else { return }
      // A kept connection that its server has reset would be reported again and again.
      guard !wanted.isEmpty else { return unwatch(on: loop) }
      let useful = readiness.intersection(wanted.union(.hangUp))
      if useful.isEmpty { return register(wanted, on: loop) }
      onReady(descriptor, useful)
    }
  }
#endif
