internal import HTTP2Transport
internal import TelemetryCore

/// Picks the connection for each call from the rotation of the load balancer.
struct Picker {
  struct Pick {
    let connection: ChannelConnection
    /// Until this instant calls take the connection without asking; `.distantPast` where each call is picked anew.
    var validUntil: MonotonicInstant
    /// If true, a call waits for a free stream of this connection. If false, the channel picks again.
    var waitsForStream: Bool
  }

  /// A group for each subchannel, the oldest connection first.
  private(set) var rotation: [[ChannelConnection]] = []
  /// The index of the next group.
  private var turn = 0
  /// The present pick; nil while there is no connection.
  private(set) var current: Pick?
  /// The instant for the load balancer's next `runDueWork`.
  private(set) var nextDeadline = MonotonicInstant.distantPast
  /// If true, an answered call changes the load balancer's state, or frees a stream for a call on another connection.
  private(set) var reportsAnswers = false

  private var hasSeveral: Bool { rotation.count > 1 || rotation.first.map { $0.count > 1 } ?? false }

  /// Takes over what an input of the load balancer has changed.
  mutating func update(
    from balancer: LoadBalancerStateMachine, _ connections: [ChannelConnection], at now: MonotonicInstant
  ) {
    rotation = balancer.rotation(at: now).map { group in
      group.compactMap { id in connections.first { $0.id == id } }
    }
    nextDeadline = balancer.nextDeadline(at: now)
    current = rotation.first?.first.map { connection in
      Pick(
        connection: connection, validUntil: hasSeveral ? .distantPast : nextDeadline, waitsForStream: !balancer.mayScale
      )
    }
    updateReports(from: balancer, connections.count)
  }

  mutating func updateReports(from balancer: LoadBalancerStateMachine, _ connectionCount: Int) {
    reportsAnswers = balancer.needsAnswers || connectionCount > 1
  }

  /// Picks the oldest connection of the next group on which a call is sent at once, or else the least loaded.
  /// - Returns: The pick, and a connection with the limit that calls wait for if no connection sends a call at once.
  mutating func pick(
    _ balancer: LoadBalancerStateMachine
  ) -> (pick: Pick?, blocked: (connection: ChannelConnection, limit: HTTP2Limit)?) {
    guard hasSeveral, !rotation.isEmpty else { return (current, nil) }
    turn = turn < rotation.count ? turn : 0
    for step in rotation.indices {
      let index = (turn + step) % rotation.count
      if let free = rotation[index].first(where: { Picker.isFree($0) }) {
        turn = index + 1
        // Another call may take the stream before this call starts.
        let waits = !balancer.mayScale(free.id)
        return (Pick(connection: free, validUntil: .distantPast, waitsForStream: waits), nil)
      }
    }
    let group = rotation[turn]
    turn += 1
    let loads = group.map { connection in
      connection.http2.assumeIsolated { ($0.queuedRequests, $0.backlog, $0.openRequests) }
    }
    let pick = zip(group, loads).min { $0.1 < $1.1 }.map {
      Pick(connection: $0.0, validUntil: .distantPast, waitsForStream: true)
    }
    return (pick, group.first.flatMap { first in first.limit.map { (first, $0) } })
  }

  private static func isFree(_ connection: ChannelConnection) -> Bool {
    connection.http2.assumeIsolated { $0.limit == nil && $0.backlog == 0 }
  }
}
