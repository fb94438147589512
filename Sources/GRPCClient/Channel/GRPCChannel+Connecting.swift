internal import HTTP2Transport
internal import Synchronization
internal import TelemetryCore

/// Performs the actions of the load balancer.
extension GRPCChannel {
  func perform(_ actions: [LoadBalancerStateMachine.Action]) {
    for action in actions { perform(action) }
    picker.update(from: balancer, connections, at: loop.now)
    scheduleDueWork()
    watchUnusedConnections()
  }

  private func perform(_ action: LoadBalancerStateMachine.Action) {
    switch action {
    case .resolve(let host, let deadline):
      lookUps[host] = Task(executorPreference: loop) { await self.resolve(host, deadline) }
    case .connect(let attempt):
      attempts[attempt.id.number] = Task(executorPreference: loop) { await self.connect(attempt) }
    case .close(let id):
      if let index = connections.firstIndex(where: { $0.id == id }) { drain(connections.remove(at: index)) }
    case .wakeCalls:
      waitingCalls.wakeAll()
      // The new connection has streams for calls that wait on others.
      for connection in connections { _ = connection.http2.assumeIsolated { $0.releaseQueuedRequests() } }
    case .reportEjection(let host, let address, let duration):
      reporter.ejected(host: host, address: address, for: duration)
    case .reportLimit(let limit, let host, let count): reporter.limitReached(limit, host: host, connections: count)
    }
  }

  /// Starts the timer for the load balancer while calls wait and no other event would run the due work.
  private func scheduleDueWork() {
    if let timer = timers.dueWork { loop.cancel(timer) }
    timers.dueWork = nil
    guard !waitingCalls.isEmpty, picker.current == nil, picker.nextDeadline < .distantFuture else { return }
    timers.dueWork = loop.schedule(at: Deadline(picker.nextDeadline)) {
      self.assumeIsolated { $0.runDueWork() }
    }
  }

  private func runDueWork() {
    timers.dueWork = nil
    perform(balancer.runDueWork(at: loop.now, callsWait: !waitingCalls.isEmpty))
  }

  // MARK: Attempts

  private func resolve(_ host: Int, _ deadline: Deadline) async {
    let addresses = await addresses(of: host, .name(host: host), deadline)
    lookUps[host] = nil
    guard !Task.isCancelled else { return }
    if !addresses.isEmpty { reporter.resolved(host: host) }
    perform(balancer.addressesResolved(HappyEyeballsStateMachine.interleaved(addresses), host: host, at: loop.now))
  }

  private func addresses(
    of host: Int, _ origin: ChannelReporter.Origin, _ deadline: Deadline
  ) async -> [SocketAddress] {
    do throws(ConnectFailure) {
      return try await connector.resolve(host: host, deadline: deadline)
    } catch {
      if !Task.isCancelled { reporter.resolutionFailed(error, origin, isReady: isReady) }
      return []
    }
  }

  private func connect(_ attempt: ConnectionAttempt) async {
    reporter.attemptStarted(attempt)
    let connection = await connection(of: attempt)
    attempts[attempt.id.number] = nil
    guard let connection else {
      if !Task.isCancelled {
        perform(balancer.connectFailed(attempt.id, at: loop.now, callsWait: !waitingCalls.isEmpty))
      }
      return
    }
    guard let actions = balancer.connectSucceeded(attempt.id, at: loop.now) else {
      return await connection.http2.close(deadline: Deadline(loop.now))
    }
    connections.append(connection)
    madeCount.wrappingAdd(1, ordering: .relaxed)
    reporter.connectSucceeded(attempt)
    perform(actions)
  }

  private func connection(of attempt: ConnectionAttempt) async -> ChannelConnection? {
    let origin = ChannelReporter.Origin.subchannel(attempt.id.subchannel)
    var addresses = attempt.address.map { [$0] } ?? []
    if addresses.isEmpty { addresses = await self.addresses(of: attempt.host, origin, attempt.deadline) }
    guard !addresses.isEmpty else { return nil }
    let connection = await connector.connect(attempt, to: addresses) { failure in
      self.assumeIsolated { $0.reporter.addressFailed(failure, origin, isReady: $0.isReady) }
    }
    // After a success, the failures of other addresses are of no interest.
    guard let connection else {
      if !Task.isCancelled { reporter.attemptFailed(attempt, isReady: isReady) }
      return nil
    }
    guard await connection.http2.acceptsRequests else {
      // A GOAWAY or the end arrived with the SETTINGS.
      await connection.http2.close(deadline: Deadline(loop.now))
      return nil
    }
    return connection
  }

  // MARK: Ends

  /// Closes a connection once the open calls have ended, at the deadlines of each.
  private func drain(_ connection: ChannelConnection) {
    draining.removeAll { $0.http2.assumeIsolated { $0.isClosed } }
    draining.append(connection)
    Task(executorPreference: loop) { await connection.http2.close(deadline: .never) }
  }

  /// A connection takes no more calls.
  func connectionEnded(_ connection: ChannelConnection) {
    guard let index = connections.firstIndex(where: { $0.id == connection.id }) else { return }
    connections.remove(at: index)
    draining.removeAll { $0.http2.assumeIsolated { $0.isClosed } }
    let hasOpenCalls = connection.http2.assumeIsolated { $0.openRequests > 0 }
    if hasOpenCalls { draining.append(connection) }
    let end = connection.end ?? ConnectionEnd(kind: .orderly, instant: loop.now)
    reporter.lastEnd = end.reason
    perform(
      balancer.connectionEnded(
        connection.id, end, hasOpenCalls: hasOpenCalls, at: loop.now, callsWait: !waitingCalls.isEmpty))
  }
}
