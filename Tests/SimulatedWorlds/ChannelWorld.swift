import GRPCClient
import HTTP2Transport
import OTLPTesting
import OTLPWire
import Synchronization
import TelemetryCore
import TelemetrySDK

/// Simulates the gRPC channel against servers, with random faults of network and servers. Checks that deadlines
/// hold, and that the reported fate of each call is true.
package enum ChannelWorld {
  /// Counts the accepted requests of each call.
  private final class Arrivals: Sendable {
    private let counts = Mutex<[UInt64: Int]>([:])

    func accepted(_ request: LoopbackCollector.Request) {
      guard let call = request.spanIDs.first.map({ $0 >> 32 }) else { return }
      counts.withLock { $0[call, default: 0] += 1 }
    }

    /// The number of accepted requests of a call.
    func count(_ call: UInt64) -> Int { counts.withLock { $0[call] ?? 0 } }
  }

  /// Checks the laws of the channel at each step.
  private final class Monitor: Sendable {
    private let state = Mutex((faults: [String](), balance: World.Balance()))

    var faults: [String] { state.withLock { $0.faults } }
    var balance: World.Balance { state.withLock { $0.balance } }

    func check(_ channel: GRPCChannel) {
      guard let snapshot = channel.assumeIsolated({ $0.snapshot }) else { return }
      let (policy, limit) = (channel.configuration.loadBalancing, channel.configuration.maxConnections)
      let isRoundRobin = policy == .roundRobin
      let found = World.faults(snapshot, isRoundRobin: isRoundRobin, maxConnections: limit)
      state.withLock { state in
        state.balance = World.Balance(
          isRoundRobin: isRoundRobin, hasSeveralNames: channel.configuration.targets.count > 1,
          maxConnectionsOfServer: max(state.balance.maxConnectionsOfServer, snapshot.maxConnectionsOfServer))
        if state.faults.count < 10, found.last != state.faults.last { state.faults += found }
      }
    }
  }

  /// Runs the simulation of a seed.
  package static func run(seed: UInt64, log: (@Sendable (String) -> Void)? = nil) throws -> World.Result {
    try simulate(seed: seed, limit: .seconds(3600), tick: .tick(seed: seed)) { simulation in
      let arrivals = Arrivals()
      let collectors = try await collectors(simulation, arrivals)
      let channel = try channel(simulation, log)
      let monitor = Monitor()
      simulation.network.clock.onStep { monitor.check(channel) }
      let maxCalls = simulation.draw(in: 0...3) == 0 ? 8 : 3
      let executor = ExecutorHop.random(seed: seed, simulation.loop)
      var faults: [String] = []
      var fates: [(UInt64, GRPCResult)] = []
      for round in 0..<simulation.draw(in: 2...6) {
        let calls = (0..<simulation.draw(in: 1...maxCalls)).map { index in
          let number = UInt64(round * 10 + index + 1)
          return (number, Task(executorPreference: executor) { await call(number, channel, simulation, arrivals) })
        }
        for (number, call) in calls {
          let (result, found) = await call.value
          faults += found
          fates.append((number, result))
        }
        await simulation.sleep(.milliseconds(simulation.draw(in: 0...3000)))
      }
      faults += await end(channel, collectors, simulation)
      simulation.network.clock.onStep(nil)
      faults += monitor.faults
      // A late arrival can contradict the fate too.
      for (number, result) in fates { faults += contradictions(number, result, arrivals) }
      return World.Result(faults: faults, ledger: Ledger(), trace: simulation.trace, balance: monitor.balance)
    }
  }

  private static func collectors(_ simulation: Simulation, _ arrivals: Arrivals) async throws -> [LoopbackCollector] {
    var collectors: [LoopbackCollector] = []
    for address in WorldPlan.addresses.prefix(simulation.draw(in: 1...4)) {
      collectors.append(try await collector(simulation, arrivals, address))
    }
    return collectors
  }

  private static func collector(
    _ simulation: Simulation, _ arrivals: Arrivals, _ address: SocketAddress
  ) async throws -> LoopbackCollector {
    var configuration = LoopbackCollector.Configuration()
    (configuration.keptSpans, configuration.keptRequests, configuration.readsSpanIDs) = (0, 0, true)
    configuration.onAccept = { request, _ in arrivals.accepted(request) }
    if simulation.draw(in: 0...5) == 0 { configuration.maxConnectionAge = .seconds(3) }
    if simulation.draw(in: 0...5) == 0 { configuration.initialWindowSize = simulation.draw(in: 1...70_000) }
    if simulation.draw(in: 0...5) == 0 { configuration.maxConcurrentStreams = 1 }
    let collector = try await LoopbackCollector(configuration, on: address, of: simulation)
    collector.script((0..<20).map { _ in simulation.draw { .random(using: &$0) } })
    collector.scriptConnections((0..<20).map { _ in simulation.draw { .random(using: &$0) } })
    simulation.network.planConnections { _, _, random in .random(using: &random) }
    return collector
  }

  private static func channel(
    _ simulation: Simulation, _ log: (@Sendable (String) -> Void)?
  ) throws -> GRPCChannel {
    // Names that resolve to servers, and to addresses without a listener.
    let count = simulation.draw(in: 0...1) == 0 ? 1 : simulation.draw(in: 2...3)
    let names = (1...count).map { "collector-\($0)" }
    for (index, name) in names.enumerated() {
      let places = WorldPlan.addresses.indices.filter { $0 % count == index }
      simulation.network.setHost(name, .sockets(places.map { WorldPlan.addresses[$0] }))
    }
    var settings = GRPCChannelConfiguration(
      target: .host(names[0], port: WorldPlan.port), backoff: .init(seed: simulation.seed))
    settings.targets = names.map { .host($0, port: WorldPlan.port) }
    if simulation.draw(in: 0...1) == 0 { settings.loadBalancing = .roundRobin }
    if simulation.draw(in: 0...1) == 0 { settings.maxConnections = simulation.draw(in: 2...4) }
    if simulation.draw(in: 0...2) == 0 { settings.maxConnectionAge = .seconds(simulation.draw(in: 1...6)) }
    if simulation.draw(in: 0...2) == 0 { settings.keepalive = KeepaliveConfiguration(interval: .seconds(10)) }
    return try GRPCChannel(
      configuration: settings, network: simulation.network, loop: simulation.loop,
      diagnostics: log.map { .init(log: $0, of: simulation) } ?? .silent)
  }

  private static func call(
    _ number: UInt64, _ channel: GRPCChannel, _ simulation: Simulation, _ arrivals: Arrivals
  ) async -> (GRPCResult, [String]) {
    let spans = (0..<simulation.draw(in: 1...200)).map { index in
      SpanData(
        traceID: TraceID(high: number, low: UInt64(index + 1)), spanID: SpanID(number << 32 | UInt64(index + 1)),
        name: "GET /orders/\(index)", startTimeUnixNano: 1_700_000_000_000_000_000,
        endTimeUnixNano: 1_700_000_000_000_000_100)
    }
    let deadline = Deadline(simulation.now + .milliseconds(simulation.draw(in: 1...20_000)))
    let result = await channel.unary(
      path: OTLPSignal.traces.grpcPath, message: ExportRequestEncoder().encode(SpanBatch(spans)).message,
      deadline: deadline)
    var faults: [String] = []
    // The deadline covers resolution, connecting and the call (5.5.4).
    if simulation.now > simulation.latest(deadline) {
      faults.append("call \(number) returned \(simulation.now - deadline.instant) after its deadline: \(result)")
    }
    if result.code == .ok, arrivals.count(number) == 0 {
      faults.append("call \(number) succeeded, but nothing arrived")
    }
    return (result, faults)
  }

  private static func contradictions(_ number: UInt64, _ result: GRPCResult, _ arrivals: Arrivals) -> [String] {
    let count = arrivals.count(number)
    if result.fate == .neverProcessed, count > 0 { return ["call \(number) was processed: \(result)"] }
    // The channel resends only calls that were never processed (5.10.1).
    return count > 1 ? ["call \(number) was accepted \(count) times: \(result)"] : []
  }

  private static func end(
    _ channel: GRPCChannel, _ collectors: [LoopbackCollector], _ simulation: Simulation
  ) async -> [String] {
    var faults: [String] = []
    let deadline = Deadline(simulation.now + .seconds(1))
    await channel.shutdown(deadline: deadline)
    if simulation.now > simulation.latest(deadline) {
      faults.append("shutdown took \(simulation.now - deadline.instant) more")
    }
    await simulation.sleep(.milliseconds(10))
    let open = simulation.network.openEnds(.client)
    if open > 0 { faults.append("\(open) connections are open after the end") }
    await simulation.sleep(.seconds(60))
    for collector in collectors { await collector.stop() }
    await simulation.sleep(.seconds(60))
    let held = simulation.loop.held
    if held.timers > 0 || held.handlers > 0 {
      faults.append("\(held.timers) timers and \(held.handlers) handlers are left")
    }
    return faults
  }
}
