import GRPCClient
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK

// The laws of load balancing, and of several connections to one server.
extension World {
  /// The violations of the laws that a channel must keep at each step.
  static func faults(_ snapshot: ChannelSnapshot, isRoundRobin: Bool, maxConnections: Int) -> [String] {
    var faults: [String] = []
    if !snapshot.isConsistent { faults.append("the channel and its balancer know different connections: \(snapshot)") }
    for count in snapshot.connectionCounts.values where count > maxConnections {
      faults.append("\(count) connections to one server, of \(maxConnections): \(snapshot)")
    }
    // A subchannel without a connection makes one attempt. Another may have started beside its last connection.
    let attempts = Dictionary(snapshot.attempts.map { ($0, 1) }, uniquingKeysWith: +).values.max() ?? 0
    if attempts > 2 { faults.append("\(attempts) attempts at once for one server: \(snapshot)") }
    if !snapshot.connections.isEmpty, snapshot.pickable == 0 {
      faults.append("no call may take a connection: \(snapshot)")
    }
    if snapshot.waitingCalls > 0, snapshot.pickable > 0 { faults.append("calls wait beside a connection: \(snapshot)") }
    guard !isRoundRobin else { return faults }
    if snapshot.connectionCounts.count > 1 { faults.append("connections to several servers: \(snapshot)") }
    if snapshot.pickable != snapshot.connections.count { faults.append("some connections get no calls: \(snapshot)") }
    return faults
  }

  func checkConnections() {
    guard let channel, let snapshot = channel.assumeIsolated({ $0.snapshot }) else { return }
    let (client, now) = (plan.client, simulation.now)
    let isRoundRobin = client.loadBalancing == .roundRobin
    let found = World.faults(snapshot, isRoundRobin: isRoundRobin, maxConnections: client.maxConnections)
    if found != connectionFaults { for what in found { fault(what) } }
    connectionFaults = found
    balance.maxConnectionsOfServer = max(balance.maxConnectionsOfServer, snapshot.maxConnectionsOfServer)
    let isShort = snapshot.connections.contains { connection in
      connection.waitingCalls > 0 && snapshot.connectionCounts[connection.subchannel] ?? 0 < client.maxConnections
    }
    waitingSince = isShort ? waitingSince ?? now : nil
    if expectsConnections, let waitingSince, now - waitingSince > .seconds(2) {
      fault("calls wait, and no connection is added for \(now - waitingSince): \(snapshot)")
      expectsConnections = false
    }
  }

  // MARK: Without faults

  /// Checks that calls use the servers of the load-balancing policy, also while others are down, and that a server gets
  /// the connections that it needs.
  func checkBalancing() async {
    await settle()
    await countRequests()
    if plan.reachable.count > 1 {
      await loseServers()
      await settle()
      await countRequests()
    }
    if plan.client.maxConnections > 1 { await overloadServers() }
  }

  /// Waits until ejected servers are back and lost connections are noticed, which needs calls.
  private func settle() async {
    for pause in [600, 600, 10] {
      await simulation.sleep(.seconds(pause))
      for _ in 0..<4 { await deliver(1, within: .seconds(8), "as time went by") }
    }
    await simulation.sleep(.seconds(10))
  }

  private func countRequests() async {
    let before = servers.map(\.counts.requests)
    for _ in 0..<2 * servers.count { await deliver(1, within: .seconds(1), "in calm weather") }
    let counts = zip(servers, before).map { $0.counts.requests - $1 }
    let used = counts.indices.filter { counts[$0] > 0 }
    let isRight =
      switch plan.client.loadBalancing {
      // Without a maximum connection age, the channel doesn't resolve names that have their addresses back.
      case .roundRobin where plan.client.maxConnectionAge == nil:
        !used.isEmpty && Set(used).isSubset(of: plan.reachable)
      case .roundRobin: used == plan.reachable.sorted()
      case .pickFirst: Set(used).isSubset(of: plan.serversOfNames[0]) && used.count == 1
      }
    if !isRight {
      let snapshot = await channel?.snapshot
      fault("the servers got \(counts) requests by \(plan.client.loadBalancing): \(snapshot.map { "\($0)" } ?? "")")
    }
  }

  /// Stops all servers but one, and checks that no delivery fails.
  private func loseServers() async {
    let left = simulation.draw { [plan] in plan.reachable.randomElement(using: &$0) ?? 0 }
    let down = plan.reachable.filter { $0 != left }
    let silent = simulation.draw(in: 0...1) == 0 ? Set(down.map { WorldPlan.addresses[$0] }) : []
    simulation.network.planConnections { address, _, _ in
      silent.contains(address) ? .ignore : .link(SimulatedLink())
    }
    for index in down { await servers[index].stop() }
    for _ in 0..<3 {
      await deliver(1, within: .seconds(8), "with servers down")
      await simulation.sleep(.milliseconds(simulation.draw(in: 0...30_000)))
    }
    await deliver(5, within: .seconds(1), "with servers down for long")
    simulation.network.planConnections { _, _, _ in .link(SimulatedLink()) }
    for index in down { await bringUp(index) }
  }

  /// Makes more slow calls than the connections have room for.
  private func overloadServers() async {
    for server in servers { server.script(Array(repeating: .success.delayed(by: .seconds(3)), count: 40)) }
    expectsConnections = true
    end(min(plan.batch.maxQueueSize, 16 * plan.batch.maxExportBatchSize))
    _ = await flush(within: .seconds(20))
    expectsConnections = false
    removeScripts()
  }
}

extension ChannelSnapshot {
  /// The number of connections of each subchannel with connections.
  var connectionCounts: [SubchannelID: Int] {
    Dictionary(connections.map { ($0.subchannel, 1) }, uniquingKeysWith: +)
  }

  /// The maximum number of connections of one subchannel.
  var maxConnectionsOfServer: Int { connectionCounts.values.max() ?? 0 }
}
