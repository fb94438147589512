import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct KeepaliveThrottleTests {
  @Test("5.7.6: too_many_pings doubles the interval of new connections; no other GOAWAY does")
  func doubled() {
    let pace = KeepaliveThrottle(KeepaliveConfiguration(interval: .seconds(60)))
    #expect(pace.goAwayReceived(code: 0, debug: "too_many_pings") == nil)
    #expect(pace.goAwayReceived(code: 11, debug: "calm down") == nil)
    #expect(pace.configuration?.interval == .seconds(60))
    #expect(pace.goAwayReceived(code: 11, debug: "too_many_pings") == .seconds(120))
    #expect(pace.goAwayReceived(code: 11, debug: "too_many_pings") == .seconds(240))
    #expect(pace.configuration?.interval == .seconds(240))
    #expect(KeepaliveThrottle(nil).goAwayReceived(code: 11, debug: "too_many_pings") == nil)
    let silent = KeepaliveThrottle(nil, probeAfter: .seconds(30))
    #expect(silent.goAwayReceived(code: 11, debug: "too_many_pings") == .seconds(60))
    #expect(silent.probeAfter == .seconds(60))
    let both = KeepaliveThrottle(KeepaliveConfiguration(interval: .seconds(10)), probeAfter: .seconds(30))
    #expect(both.goAwayReceived(code: 11, debug: "too_many_pings") == .seconds(20))
    #expect(both.probeAfter == .seconds(60))
    for _ in 0..<200 { _ = both.goAwayReceived(code: 11, debug: "too_many_pings") }
    #expect(both.configuration?.interval == .seconds(86_400))
    #expect(both.probeAfter == .seconds(86_400))
  }

  private func channel(
    _ simulation: Simulation, _ keepalive: KeepaliveConfiguration?, _ diagnostics: Diagnostics = .silent
  ) throws -> GRPCChannel {
    simulation.network.setHost("collector", .addresses([0x0A00_0001]))
    return try GRPCChannel(
      configuration: .init(
        target: .host("collector", port: 4317), backoff: .init(seed: simulation.seed), keepalive: keepalive),
      network: simulation.network, loop: simulation.loop, diagnostics: diagnostics)
  }

  private func call(_ channel: GRPCChannel, _ simulation: Simulation, within limit: Duration) async -> GRPCResult {
    await channel.unary(
      path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export", message: BufferSlice([0, 0, 0, 0, 0]),
      deadline: Deadline(simulation.now + limit))
  }

  @Test("5.7.3: a half-open connection ends its call in time for another, which goes over a new one")
  func halfOpen() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: .ipv4(0x0A00_0001, port: 4317), of: simulation)
      simulation.network.planConnections { _, attempt, _ in
        var link = SimulatedLink()
        if attempt == 1 { link.faults = [.blackHole(afterBytes: 100, from: .client)] }
        return .link(link)
      }
      let channel = try channel(simulation, KeepaliveConfiguration(interval: .seconds(10)))
      #expect(await call(channel, simulation, within: .seconds(10)).code == .ok)
      let start = simulation.now
      let lost = await call(channel, simulation, within: .seconds(100))
      #expect(lost.code == .unavailable)
      #expect(lost.cause == .transport)
      #expect(lost.message.contains("keepalive"))
      #expect(simulation.now - start <= .seconds(31))
      #expect(await call(channel, simulation, within: .seconds(10)).code == .ok)
      #expect(collector.counts.connections == 2)
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }

  @Test("5.7.6: too_many_pings is said once, with the new interval, and the next connection keeps to it")
  func slowedDown() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: .ipv4(0x0A00_0001, port: 4317), of: simulation)
      let warnings = Mutex<[DiagnosticEvent]>([])
      let diagnostics = Diagnostics { event in
        if event.level == .warning { warnings.withLock { $0.append(event) } }
      }
      let channel = try channel(simulation, KeepaliveConfiguration(interval: .seconds(20)), diagnostics)
      collector.script(.goAway(.enhanceYourCalm, lastStream: .current, debug: "too_many_pings"))
      _ = await call(channel, simulation, within: .seconds(10))
      #expect(await call(channel, simulation, within: .seconds(10)).code == .ok)
      let pace = await channel.connector.keepalive
      #expect(pace.configuration?.interval == .seconds(40))
      let said = warnings.withLock { $0 }
      #expect(said.count == 1)
      #expect(said.first?.fields.contains { $0.name == "interval" && $0.value == "40.0 seconds" } == true)
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }
}
