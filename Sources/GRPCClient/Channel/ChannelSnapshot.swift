internal import HTTP2Transport

/// The state of a channel at one instant, for simulations and tests.
package struct ChannelSnapshot: Sendable {
  package struct Connection: Sendable {
    package let host: Int
    package let subchannel: SubchannelID
    /// Calls that wait for a stream of this connection.
    package let waitingCalls: Int
  }

  /// The connections that take calls.
  package var connections: [Connection] = []
  /// The number of connections from which the next call is picked.
  package let pickable: Int
  /// The subchannel of each attempt under way.
  package let attempts: [SubchannelID]
  /// Calls that wait for a connection.
  package let waitingCalls: Int
  /// If true, channel and load balancer know the same connections, and calls find a connection if there is any.
  package fileprivate(set) var isConsistent: Bool
}

extension GRPCChannel {
  /// The present state; nil after the shutdown.
  package var snapshot: ChannelSnapshot? {
    guard !balancer.isShutDown else { return nil }
    let ids = balancer.pool.subchannels.flatMap { $0.connections.map(\.id) }
    var snapshot = ChannelSnapshot(
      pickable: picker.rotation.reduce(0) { $0 + $1.count }, attempts: balancer.pool.attempts.map(\.id.subchannel),
      waitingCalls: waitingCalls.count,
      isConsistent: Set(ids) == Set(connections.map(\.id)) && (picker.current == nil) == connections.isEmpty)
    for connection in connections {
      let waitingCalls = connection.http2.assumeIsolated { $0.queuedRequests }
      snapshot.connections.append(
        .init(host: connection.host, subchannel: connection.id.subchannel, waitingCalls: waitingCalls))
    }
    return snapshot
  }
}
