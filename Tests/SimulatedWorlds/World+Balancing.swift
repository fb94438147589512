import GRPCClient
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK

// What must hold of several servers, and of several connections to one.
extension World {
  /// The rules that a channel must keep at every step.
  static func faults(_ snapshot: ChannelSnapshot, isRoundRobin: Bool, maxConnections: Int) -> [String] {
    var faults: [String] = []
    if !snapshot.isConsistent { faults.append("the channel and its balancer know different connections: \(snapshot)") }
    for count in snapshot.connectionCounts.values where count > maxConnections {
      faults.append("\(count) connections to one server, of \(maxConnections): \(snapshot)")
    }
    // One attempt for a subchannel without a connection, and one that started beside its last connection.
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
    balance.mostConnections = max(balance.mostConnections, snapshot.mostConnections)
    let isShort = snapshot.connections.contains { connection in
      connection.waitingCalls > 0 && snapshot.connectionCounts[connection.subchannel] ?? 0 < client.maxConnections
    }
    waitingSince = isShort ? waitingSince ?? now : nil
    if expectsConnections, let waitingSince, now - waitingSince > .seconds(2) {
      fault("calls wait, and no connection is added for \(now - waitingSince): \(snapshot)")
      expectsConnections = false
    }
  }

  // MARK: In calm weather

  /// Each server is used as the policy says, also while others are down, and gets the connections that it needs.
  func balances() async {
    await settle()
    await countRequests()
    if plan.reachable.count > 1 {
      await loseServers()
      await settle()
      await countRequests()
    }
    if plan.client.maxConnections > 1 { await crowd() }
  }

  /// Whatever was set aside comes back, and whatever is lost is found out, which takes calls.
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
      // Without an age of connections nobody asks whether the name has got its addresses back.
      case .roundRobin where plan.client.maxConnectionAge == nil:
        !used.isEmpty && Set(used).isSubset(of: plan.reachable)
      case .roundRobin: used == plan.reachable.sorted()
      case .pickFirst: Set(used).isSubset(of: plan.homes[0]) && used.count == 1
      }
    if !isRight {
      let snapshot = await channel?.snapshot
      fault("the servers got \(counts) requests by \(plan.client.loadBalancing): \(snapshot.map { "\($0)" } ?? "")")
    }
  }

  /// All but one are down; those that are don't make anything fail.
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

  /// More calls than the connections have room for, which take long.
  private func crowd() async {
    for server in servers { server.script(Array(repeating: .success.delayed(by: .seconds(3)), count: 40)) }
    expectsConnections = true
    end(min(plan.batch.maxQueueSize, 16 * plan.batch.maxExportBatchSize))
    _ = await flush(within: .seconds(20))
    expectsConnections = false
    forgetScripts()
  }
}

extension ChannelSnapshot {
  /// The number of connections of each subchannel that has some.
  var connectionCounts: [SubchannelID: Int] {
    Dictionary(connections.map { ($0.subchannel, 1) }, uniquingKeysWith: +)
  }

  /// The most connections of one subchannel.
  var mostConnections: Int { connectionCounts.values.max() ?? 0 }
}
