import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

/// A simulated network with addresses of both families for each name.
private struct DualNetwork: Network {
  let simulated: SimulatedNetwork
  let addresses: [SocketAddress]
  let attempts = Attempts()

  final class Attempts: Sendable {
    let list = Mutex<[SocketAddress]>([])
  }

  func resolve(host: String, port: UInt16, deadline: Deadline) async throws(NetworkError) -> [SocketAddress] {
    addresses
  }

  func connect(
    to address: SocketAddress, on loop: TelemetryLoop, deadline: Deadline
  ) async throws(NetworkError) -> sending any Transport {
    attempts.list.withLock { $0.append(address) }
    return try await simulated.connect(to: address, on: loop, deadline: deadline)
  }
}

@Suite(.ownThreads) struct HappyEyeballsTests {
  /// Makes one call to a name with these addresses and the collector at the last address.
  private func race(
    _ addresses: [SocketAddress], seed: UInt64 = 1, _ plan: @escaping SimulatedNetwork.Planner
  ) throws -> (result: GRPCResult, took: Duration, attempts: [SocketAddress], reported: Int, left: Int) {
    try simulate(seed: seed, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: addresses[addresses.count - 1], of: simulation)
      simulation.network.planConnections(plan)
      let network = DualNetwork(simulated: simulation.network, addresses: addresses)
      let reported = Mutex(0)
      let channel = try GRPCChannel(
        configuration: .init(target: .host("collector", port: 4317), backoff: .init(seed: seed)), network: network,
        loop: simulation.loop, diagnostics: Diagnostics { _ in reported.withLock { $0 += 1 } })
      let start = simulation.now
      let result = await channel.unary(
        path: exportPath, message: emptyMessage, deadline: Deadline(start + .seconds(30)))
      let took = simulation.now - start
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
      await simulation.sleep(.seconds(60))
      let left = simulation.network.openConnections
      return (result, took, network.attempts.list.withLock { $0 }, reported.withLock { $0 }, left)
    }
  }

  @Test("an IPv6 address without a route costs 250 ms, no diagnostic and no open connection (5.9.8)")
  func brokenIPv6() throws {
    let scene = try race([place6(1), place6(2), place(1)]) { address, _, _ in
      if case .ipv6 = address { .ignore } else { .link(SimulatedLink()) }
    }
    #expect(scene.result.code == .ok)
    #expect(scene.took >= .milliseconds(250) && scene.took < .milliseconds(300))
    #expect(scene.attempts == [place6(1), place(1)])
    #expect(scene.reported == 0)
    #expect(scene.left == 0)
  }

  @Test("a family with refused connections costs one round trip")
  func refusedIPv6() throws {
    let scene = try race([place6(1), place(1)]) { address, _, _ in
      if case .ipv6 = address { .refuse } else { .link(SimulatedLink()) }
    }
    #expect(scene.result.code == .ok)
    #expect(scene.took < .milliseconds(50))
    #expect(scene.reported == 0)
  }

  @Test("after a success of the first address no other is tried")
  func first() throws {
    let scene = try race([place(7), place6(1), place(1)]) { _, _, _ in .link(SimulatedLink()) }
    // Address 7 has no listener and refuses at once.
    #expect(scene.attempts == [place(7), place6(1), place(1)])
    let direct = try race([place(1)]) { _, _, _ in .link(SimulatedLink()) }
    #expect(direct.attempts == [place(1)])
    #expect(direct.result.code == .ok)
  }

  @Test("if all addresses fail, the result has every reason")
  func allFail() throws {
    let scene = try race([place6(1), place(1)]) { _, _, _ in .refuse }
    #expect(scene.result.code == .unavailable)
    #expect(scene.result.connectFailure?.contains("[::1]:4317") == true)
    #expect(scene.result.connectFailure?.contains("0.0.0.1:4317") == true)
    #expect(scene.reported > 0)
  }

  @Test(
    "a server that was unreachable when the attempt began is reached within 5 s of the return",
    arguments: [1, 5, 13, 19])
  func returns(after seconds: Int) throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: place(1), of: simulation)
      let back = simulation.now + .seconds(seconds)
      // A SYN that is lost in the outage is sent again too late: the attempt gets no answer.
      simulation.network.planConnections { _, _, _ in
        simulation.now < back ? .ignore : .link(SimulatedLink())
      }
      simulation.network.setHost("collector", .addresses([1]))
      let channel = try simulation.channel()
      let result = await simulation.call(channel, within: .seconds(60))
      #expect(result.code == .ok)
      #expect(simulation.now >= back && simulation.now - back < .seconds(5), "\(simulation.now - back)")
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
      await simulation.sleep(.seconds(60))
      #expect(simulation.network.openConnections == 0)
    }
  }

  @Test("connectTimeout bounds an attempt from the socket to the server's SETTINGS", arguments: [1, 3])
  func connectTimeout(seconds: Int) throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(on: place(1), of: simulation)
      collector.scriptConnections(.silence)
      simulation.network.setHost("collector", .addresses([1]))
      let failed = Mutex<[MonotonicInstant]>([])
      let diagnostics = Diagnostics { event in
        if event.level == .warning { failed.withLock { $0.append(simulation.now) } }
      }
      let channel = try simulation.channel(diagnostics: diagnostics) {
        ($0.backoff.jitter, $0.connectTimeout) = (0, .seconds(seconds))
      }
      let start = simulation.now
      let result = await channel.unary(
        path: exportPath, message: emptyMessage, deadline: Deadline(start + .seconds(60)))
      #expect(result.code == .ok)
      let limit = Duration.seconds(seconds)
      #expect(failed.withLock { $0.map { ($0 - start).components.seconds } } == [Int64(seconds)])
      #expect(simulation.now - start >= limit && simulation.now - start < limit + .milliseconds(50))
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }

  @Test(
    "over any network a call succeeds or ends in time, and no attempt stays open",
    arguments: 1...100 as ClosedRange<UInt64>)
  func seeds(seed: UInt64) throws {
    let scene = try race([place6(1), place6(2), place(2), place(1)], seed: seed) { _, _, random in
      .random(using: &random)
    }
    #expect(scene.result.code == .ok || scene.took <= .seconds(30))
    #expect(scene.left == 0, "seed \(seed)")
  }
}
