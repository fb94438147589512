import GRPCClient
import HTTP2Transport
import OTLPTesting
import OTLPWire
import TelemetryCore
import Testing

/// The gRPC channel against the collector, over a network that fails in every way.
@Suite struct ChannelSimulationTests {
  private static func call(
    _ number: Int, _ channel: GRPCChannel, _ simulation: Simulation, _ collector: LoopbackCollector
  ) async -> [String] {
    let spans = CollectorFixture.spans(simulation.draw(in: 1...200), seed: UInt64(number))
    let deadline = Deadline(simulation.now + .milliseconds(simulation.draw(in: 1...20_000)))
    let result = await channel.unary(
      path: RawClient.path, message: TraceRequestEncoder().encode(spans).message, deadline: deadline)
    var faults: [String] = []
    let arrived = collector.spans.count { $0.traceID.high == UInt64(number) }
    // 5.5.4: one absolute time for resolution, connect and the call.
    if simulation.now > deadline.instant {
      faults.append("call \(number) returned \(simulation.now - deadline.instant) after its deadline: \(result)")
    }
    if result.code == .ok, arrived == 0 { faults.append("call \(number) succeeded, but nothing arrived") }
    if result.fate == .neverProcessed, arrived > 0 { faults.append("call \(number) was processed: \(result)") }
    return faults
  }

  private static func run(_ seed: UInt64) throws -> (faults: [String], trace: VirtualClock.Trace) {
    try simulate(seed: seed, limit: .seconds(3600)) { simulation in
      var configuration = LoopbackCollector.Configuration()
      if simulation.draw(in: 0...5) == 0 { configuration.maxConnectionAge = .seconds(3) }
      if simulation.draw(in: 0...5) == 0 { configuration.initialWindowSize = simulation.draw(in: 1...70_000) }
      if simulation.draw(in: 0...5) == 0 { configuration.maxConcurrentStreams = 1 }
      let collector = try await LoopbackCollector(configuration, on: CollectorFixture.address, of: simulation)
      collector.script((0..<20).map { _ in simulation.draw { .random(using: &$0) } })
      simulation.network.planConnections { _, _, random in .random(using: &random) }
      var settings = GRPCChannelConfiguration(target: .host("collector", port: 4317), backoff: .init(seed: seed))
      if simulation.draw(in: 0...2) == 0 { settings.maxConnectionAge = .seconds(simulation.draw(in: 1...6)) }
      if simulation.draw(in: 0...2) == 0 { settings.keepalive = KeepaliveConfiguration(interval: .seconds(10)) }
      let channel = try GRPCChannel(
        configuration: settings, network: simulation.network, loop: simulation.loop, diagnostics: .silent)
      var faults: [String] = []
      for round in 0..<6 {
        // Several at once on one connection, or one.
        let calls = (0..<simulation.draw(in: 1...3)).map { index in
          simulation.task { await call(round * 10 + index + 1, channel, simulation, collector) }
        }
        for call in calls { faults += await call.value }
        await simulation.sleep(.milliseconds(simulation.draw(in: 0...3000)))
      }
      let deadline = Deadline(simulation.now + .seconds(1))
      await channel.shutdown(deadline: deadline)
      if simulation.now > deadline.instant { faults.append("shutdown took \(simulation.now - deadline.instant) more") }
      await collector.stop()
      return (faults, simulation.trace)
    }
  }

  @Test func deadlinesAndFatesHold() {
    Seeds.run(300, test: "ChannelSimulationTests") { try Self.run($0).faults }
  }

  @Test func sameSeedSameTrace() throws {
    for seed: UInt64 in 1...20 { #expect(try Self.run(seed).trace == Self.run(seed).trace, "seed \(seed)") }
  }
}
