internal import OTLPSystem

extension TelemetryLoop {
  /// Registers a handler. If the loop has ended, the handler soon gets `loopEnded`.
  /// - Returns: The handler's token; `.none` if the loop has ended.
  package func register(_ handler: any LoopHandler) -> HandlerToken {
    let token: HandlerToken? = state.withLock { $0.hasEnded ? nil : $0.handlers.add(handler) }
    if let token { return token }
    schedule(at: Deadline(.distantPast)) { handler.loopEnded() }
    return .none
  }

  /// Ends a registration: the loop neither calls nor keeps the handler any more.
  package func unregister(_ token: HandlerToken) {
    let handler = state.withLock { $0.handlers.remove(token) }
    _ = handler  // released outside the lock: its deinit may call the loop
  }

  /// Registers a handler for a descriptor's readiness, until `unwatch`. Loop's thread only.
  /// - Throws: A `SystemError` if the poller refuses the descriptor, or the loop has ended.
  package func watch(_ descriptor: Int32, _ handler: any LoopHandler) throws(SystemError) -> HandlerToken {
    if state.withLock({ $0.hasEnded }) { throw SystemError(call: "event loop", code: ECANCELED) }
    let token = register(handler)
    do throws(SystemError) {
      try poller.add(descriptor: descriptor, token: token)
    } catch {
      unregister(token)
      throw error
    }
    return token
  }

  /// Registers a handler for some readiness of a descriptor, level-triggered, until `unwatch`. Loop's thread only.
  /// - Throws: A `SystemError` if the poller refuses the descriptor, or the loop has ended.
  package func watch(
    _ descriptor: Int32, levels: Readiness, _ handler: any LoopHandler
  ) throws(SystemError) -> HandlerToken {
    if state.withLock({ $0.hasEnded }) { throw SystemError(call: "event loop", code: ECANCELED) }
    let token = register(handler)
    do throws(SystemError) {
      try poller.add(descriptor: descriptor, token: token, levels: levels, isRegistered: false)
    } catch {
      unregister(token)
      throw error
    }
    return token
  }

  /// Changes what a level-triggered watch waits for. Loop's thread only.
  package func changeWatch(
    _ descriptor: Int32, _ token: HandlerToken, levels: Readiness
  ) throws(SystemError) {
    try poller.add(descriptor: descriptor, token: token, levels: levels, isRegistered: true)
  }

  /// Ends a watch; the descriptor must still be open. Loop's thread only.
  package func unwatch(_ descriptor: Int32, _ token: HandlerToken) {
    poller.remove(descriptor: descriptor)
    unregister(token)
  }

  /// Has the loop call the handler's `ready` soon. Allocates nothing, so that a thread can pass work to the loop without
  /// a task or a closure. Any thread.
  /// - Returns: False if the loop has ended.
  @discardableResult
  package func notify(_ token: HandlerToken) -> Bool {
    wakeIfAsleep { state in
      guard !state.hasEnded else { return false }
      state.notified.append(token)
      return true
    }
  }
}
