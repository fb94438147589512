internal import HTTP2Transport
internal import TelemetryCore

/// Several connections to one server: moves calls to free streams, and has `ConnectionScaling` open more connections.
extension GRPCChannel {
  // An additional connection without calls for this long is closed.
  private static let idleTime = Duration.seconds(30)
  // A quick server opens the window within this time, and another connection wouldn't help.
  private static let windowPatience = Duration.milliseconds(5)
  private static let checkInterval = Duration.milliseconds(50)

  /// A call found no free stream, or a closed window, on a connection.
  func noStreamAvailable(on connection: ChannelConnection, _ limit: HTTP2Limit) {
    guard balancer.mayScale(connection.id) else { return }
    // A window may open again in no time, but a stream is taken for as long as a call lasts.
    if limit != .window { perform(balancer.noStreamAvailable(on: connection.id, limit, at: loop.now)) }
    if timers.waitingCalls == nil { checkWaitingCalls(after: GRPCChannel.windowPatience) }
  }

  /// Checks again after a pause, and then for as long as calls wait.
  private func checkWaitingCalls(after pause: Duration) {
    let before = bodyBytesSent
    timers.waitingCalls = loop.schedule(at: Deadline(loop.now + pause)) {
      self.assumeIsolated { $0.checkWaitingCalls(bodyBytesBefore: before) }
    }
  }

  private func checkWaitingCalls(bodyBytesBefore before: Int) {
    timers.waitingCalls = nil
    for connection in connections where balancer.mayScale(connection.id) {
      guard let limit = connection.http2.assumeIsolated({ $0.limitInEffect }) else { continue }
      if limit != .window || bodyBytesSent == before {
        perform(balancer.noStreamAvailable(on: connection.id, limit, at: loop.now))
      }
      return checkWaitingCalls(after: GRPCChannel.checkInterval)
    }
  }

  private var bodyBytesSent: Int {
    connections.reduce(0) { sum, connection in sum + connection.http2.assumeIsolated { $0.bodyBytesSent } }
  }

  /// A call ended: if there are several connections, a call that waits on another takes the stream.
  func streamFreed(on connection: ChannelConnection) {
    guard connections.count > 1, connection.limit == nil else { return }
    for other in connections where other.id != connection.id {
      if other.http2.assumeIsolated({ $0.releaseQueuedRequests(atMost: 1) > 0 }) { return }
    }
  }

  /// Starts the timer that closes additional connections.
  func watchUnusedConnections() {
    let hasAdditional = balancer.pool.subchannels.contains { $0.connections.count > 1 }
    guard hasAdditional, timers.unusedConnections == nil else { return }
    timers.unusedConnections = loop.schedule(at: Deadline(loop.now + GRPCChannel.idleTime)) {
      self.assumeIsolated { $0.closeUnusedConnections() }
    }
  }

  private func closeUnusedConnections() {
    timers.unusedConnections = nil
    var actions: [LoadBalancerStateMachine.Action] = []
    for index in connections.indices {
      let (requests, open) = connections[index].http2.assumeIsolated { ($0.requestCount, $0.openRequests) }
      if requests == connections[index].requestsSeen, open == 0 {
        actions += balancer.connectionUnused(connections[index].id)
      }
      connections[index].requestsSeen = requests
    }
    perform(actions)
  }
}
