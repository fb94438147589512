#if PostgreSQL
  internal import TelemetryCore

  /// Waits for the readiness of a connection's socket. Loop's thread only.
  // SAFETY: used on the loop's thread only.
  final class PostgreSQLSocket: LoopHandler, @unchecked Sendable {
    private let descriptor: Int32
    private let loop: TelemetryLoop
    private var token = HandlerToken.none
    private var registered: Readiness = []
    private var waiter: Promise<Bool>?

    init(_ descriptor: Int32, on loop: TelemetryLoop) {
      self.descriptor = descriptor
      self.loop = loop
    }

    /// Begins to wait.
    /// - Returns: A promise, which is false if the loop ends. nil if the loop doesn't watch the socket.
    func wait(for readiness: Readiness) -> Promise<Bool>? {
      guard register(readiness) else { return nil }
      let promise = Promise<Bool>()
      waiter = promise
      return promise
    }

    private func register(_ readiness: Readiness) -> Bool {
      guard registered != readiness else { return true }
      do throws(SystemError) {
        if token == .none {
          token = try loop.watch(descriptor, levels: readiness, self)
        } else {
          try loop.changeWatch(descriptor, token, levels: readiness)
        }
        registered = readiness
        return true
      } catch {
        return false
      }
    }

    /// Ends the present wait, as the loop's end does.
    func endWait() { waiter?.fulfil(false) }

    /// Ends the watch. Before the socket is closed.
    func unwatch() {
      if token != .none { loop.unwatch(descriptor, token) }
      token = .none
      registered = []
    }

    func ready(_ readiness: Readiness) {
      // An idle connection that the server has closed would be reported again and again.
      guard let waiter, waiter.current == nil else { return unwatch() }
      waiter.fulfil(true)
    }

    func loopEnded() {
      // The registration has ended with the loop: the next wait would last until its deadline.
      (token, registered) = (.none, [])
      waiter?.fulfil(false)
    }
  }
#endif
