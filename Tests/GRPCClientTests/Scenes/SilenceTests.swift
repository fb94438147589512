import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

/// Pain 31: a half-open connection after a freeze.
@Suite(.ownThreads) struct SilenceTests {
  @Test("a call after a long silence isn't lost on a connection that died: it goes over a new one, within its time")
  func halfOpen() throws {
    try simulate(seed: 1, limit: .seconds(7200)) { simulation in
      let collector = try await LoopbackCollector(on: .ipv4(0x0A00_0001, port: 4317), of: simulation)
      simulation.network.planConnections { _, attempt, _ in
        var link = SimulatedLink()
        // The preface and one call, then nothing any more.
        if attempt == 1 { link.faults = [.blackHole(afterBytes: 100, from: .client)] }
        return .link(link)
      }
      simulation.network.setHost("collector", .addresses([0x0A00_0001]))
      let channel = try GRPCChannel(
        configuration: .init(target: .host("collector", port: 4317), backoff: .init(seed: 1)),
        network: simulation.network, loop: simulation.loop, diagnostics: .silent)
      for pause in [600, 10, 31] {
        let start = simulation.now
        let result = await channel.unary(
          path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export", message: BufferSlice([0, 0, 0, 0, 0]),
          deadline: Deadline(simulation.now + .seconds(10)))
        #expect(result.code == .ok, "\(result)")
        #expect(simulation.now - start < .seconds(5))
        await simulation.sleep(.seconds(pause))
      }
      #expect(collector.requestCount == 3, "none was sent twice")
      #expect(collector.counts.connections == 2)
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }
}
