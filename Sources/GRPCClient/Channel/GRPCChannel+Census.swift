internal import HTTP2Transport
internal import TelemetryCore

/// What a channel has at a moment: for a simulation, which holds it against what must be so.
package struct ChannelCensus: Sendable {
  /// What connections are made to, and has some that take calls: a host, or with `roundRobin` an address.
  package struct Server: Sendable {
    package let host: Int
    let member: Int
    /// Connections that take calls.
    package var connections = 0
    /// Calls on them that wait for a stream.
    package var waiting = 0
  }

  package var servers: [Server] = []
  /// Connections that calls may take at this moment.
  package var inRotation = 0
  /// The most attempts to connect to one host or address that are under way.
  package var attempts = 0
  /// Whether state and channel know the same connections, and calls find one if there is one.
  package var isConsistent = true

  /// Calls that wait for a connection.
  package var waiting = 0

  /// Connections that take calls.
  package var connections: Int { servers.reduce(0) { $0 + $1.connections } }
  /// The most that one server has.
  package var mostConnections: Int { servers.reduce(0) { max($0, $1.connections) } }
}

extension GRPCChannel {
  /// What there is now; nil after shutdown.
  package var census: ChannelCensus? {
    guard !state.isShutDown else { return nil }
    var census = ChannelCensus()
    census.waiting = waiting.count
    census.inRotation = rotation.reduce(0) { $0 + $1.count }
    census.isConsistent = links.count == state.connections.count && (current == nil) == links.isEmpty
    for attempt in state.attempts {
      census.attempts = max(census.attempts, state.attempts.count { $0.member == attempt.member })
    }
    for connection in state.connections {
      guard let index = state.index(connection.member),
        let link = links.first(where: { $0.number == connection.number })
      else {
        census.isConsistent = false
        continue
      }
      let waiting = link.connection.assumeIsolated { $0.waitingCount }
      census.count(state.members[index].host, connection.member, waiting: waiting)
    }
    return census
  }
}

extension ChannelCensus {
  fileprivate mutating func count(_ host: Int, _ member: Int, waiting: Int) {
    let index = servers.firstIndex { $0.member == member } ?? servers.endIndex
    if index == servers.endIndex { servers.append(Server(host: host, member: member)) }
    servers[index].connections += 1
    servers[index].waiting += waiting
  }
}
