import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private let oldPlace = place(home)
private let newPlace = SocketAddress.ipv4(0x0A00_0002, port: 4317)

/// Two servers, and a channel to a name that resolves to the first.
private struct RenewalScene: Sendable {
  let simulation: Simulation
  let old: LoopbackCollector
  let new: LoopbackCollector
  let channel: GRPCChannel

  func call(within limit: Duration = .seconds(10)) async -> GRPCStatusCode {
    await channel.unary(
      path: exportPath, message: emptyMessage, deadline: Deadline(simulation.now + limit)
    ).code
  }

  func nameLeads(to address: UInt32) { simulation.network.setHost("collector", .addresses([address])) }
}

private func scene(age: Duration?, _ body: @escaping @Sendable (RenewalScene) async throws -> Void) throws {
  try simulate(seed: 1, limit: .seconds(24 * 3600)) { simulation in
    let channel = try simulation.channel { $0.maxConnectionAge = age }
    let scene = RenewalScene(
      simulation: simulation, old: try await LoopbackCollector(on: oldPlace, of: simulation),
      new: try await LoopbackCollector(on: newPlace, of: simulation), channel: channel)
    scene.nameLeads(to: 0x0A00_0001)
    try await body(scene)
    await channel.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
    await scene.old.stop()
    await scene.new.stop()
    await simulation.sleep(.seconds(60))
    #expect(simulation.network.openConnections == 0)
  }
}

@Suite(.ownThreads) struct ConnectionRenewalTests {
  @Test("a renewal finds a name's new address while the old server works, and no call waits or fails (5.8.10)")
  func nameChanges() throws {
    try scene(age: .seconds(600)) { scene in
      #expect(await scene.call() == .ok)
      scene.nameLeads(to: 0x0A00_0002)
      for _ in 0..<80 {
        await scene.simulation.sleep(.seconds(10))
        let start = scene.simulation.now
        #expect(await scene.call() == .ok)
        #expect(scene.simulation.now - start < .milliseconds(20))
      }
      #expect(scene.old.counts.connections == 1)
      #expect(scene.new.counts.connections == 1)
      #expect(scene.old.counts.requests > 40)
      #expect(scene.old.counts.requests + scene.new.counts.requests == 81)
      // The old connection was closed.
      #expect(scene.simulation.network.openConnections == 1)
    }
  }

  @Test("open calls end on the old connection")
  func drains() throws {
    try scene(age: .seconds(600)) { scene in
      #expect(await scene.call() == .ok)
      await scene.simulation.sleep(.seconds(800))
      scene.nameLeads(to: 0x0A00_0002)
      scene.old.script(LoopbackCollector.Response.success.delayed(by: .seconds(30)))
      let long = scene.simulation.task { await scene.call(within: .seconds(60)) }
      await scene.simulation.sleep(.seconds(1))
      #expect(await scene.call() == .ok)
      #expect(scene.new.counts.requests == 1)
      #expect(scene.simulation.network.openConnections == 2)
      #expect(await long.value == .ok)
      #expect(scene.old.counts.requests == 2)
      await scene.simulation.sleep(.seconds(1))
      #expect(scene.simulation.network.openConnections == 1)
    }
  }

  @Test("a failed renewal keeps the old connection and is tried again")
  func noneBetter() throws {
    try scene(age: .seconds(600)) { scene in
      #expect(await scene.call() == .ok)
      scene.nameLeads(to: 0x0A00_0009)
      for _ in 0..<100 {
        await scene.simulation.sleep(.seconds(10))
        #expect(await scene.call() == .ok)
      }
      #expect(scene.old.counts.requests == 101)
      #expect(scene.old.counts.connections == 1)
      scene.nameLeads(to: 0x0A00_0002)
      for _ in 0..<10 {
        await scene.simulation.sleep(.seconds(10))
        #expect(await scene.call() == .ok)
      }
      #expect(scene.new.counts.requests > 0)
    }
  }

  @Test("shutdown during a renewal leaves no connection open")
  func shutdown() throws {
    try scene(age: .seconds(600)) { scene in
      #expect(await scene.call() == .ok)
      await scene.simulation.sleep(.seconds(800))
      scene.nameLeads(to: 0x0A00_0002)
      scene.new.scriptConnections(.silence)
      #expect(await scene.call() == .ok)
      await scene.simulation.sleep(.seconds(1))
    }
  }

  @Test("without a maximum age the connection stays as long as it works")
  func off() throws {
    try scene(age: nil) { scene in
      #expect(await scene.call() == .ok)
      scene.nameLeads(to: 0x0A00_0002)
      await scene.simulation.sleep(.seconds(10 * 3600))
      #expect(await scene.call() == .ok)
      #expect(scene.old.counts.requests == 2)
    }
  }
}
