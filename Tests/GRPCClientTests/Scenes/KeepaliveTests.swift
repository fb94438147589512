import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct KeepaliveTests {
  private func channel(
    _ simulation: Simulation, _ keepalive: KeepaliveConfiguration?, _ diagnostics: Diagnostics = .silent
  ) throws -> GRPCChannel {
    simulation.network.setHost("collector", .addresses([home]))
    return try simulation.channel(diagnostics: diagnostics) { $0.keepalive = keepalive }
  }

  @Test("keepalive ends the call on a half-open connection in time, and the next call connects anew (5.7.3)")
  func halfOpen() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: place(home), of: simulation)
      simulation.network.planConnections { _, attempt, _ in
        var link = SimulatedLink()
        if attempt == 1 { link.faults = [.blackHole(afterBytes: 100, from: .client)] }
        return .link(link)
      }
      let channel = try channel(simulation, KeepaliveConfiguration(interval: .seconds(10)))
      #expect(await simulation.call(channel, within: .seconds(10)).code == .ok)
      let start = simulation.now
      let lost = await simulation.call(channel, within: .seconds(100))
      #expect(lost.code == .unavailable)
      #expect(lost.cause == .transport)
      #expect(lost.message.contains("keepalive"))
      #expect(simulation.now - start <= .seconds(31))
      #expect(await simulation.call(channel, within: .seconds(10)).code == .ok)
      #expect(collector.counts.connections == 2)
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }

  @Test("too_many_pings is reported once with the new interval, which the next connection uses (5.7.6)")
  func slowedDown() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: place(home), of: simulation)
      let warnings = Mutex<[DiagnosticEvent]>([])
      let diagnostics = Diagnostics { event in
        if event.level == .warning { warnings.withLock { $0.append(event) } }
      }
      let channel = try channel(simulation, KeepaliveConfiguration(interval: .seconds(20)), diagnostics)
      collector.script(.goAway(.enhanceYourCalm, lastStream: .current, debug: "too_many_pings"))
      _ = await simulation.call(channel, within: .seconds(10))
      #expect(await simulation.call(channel, within: .seconds(10)).code == .ok)
      let pace = await channel.connector.keepalive
      #expect(pace.configuration?.interval == .seconds(40))
      let reported = warnings.withLock { $0 }
      #expect(reported.count == 1)
      #expect(reported.first?.fields.contains { $0.name == "interval" && $0.value == "40.0 seconds" } == true)
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }
}
