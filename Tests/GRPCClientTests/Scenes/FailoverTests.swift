import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct FailoverTests {
  @Test("the first endpoint gets all calls, the next takes over at once after a stop, and the first returns later")
  func failover() throws {
    try balancingScene { scene in
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(5)).isEmpty)
      #expect(scene.requests[1...] == [0, 0])
      await scene.servers[0].stop()
      let start = scene.simulation.now
      _ = await scene.call()
      #expect(await scene.call().code == .ok)
      // The first reconnect is jittered within a second.
      #expect(scene.simulation.now - start < .milliseconds(1100))
      #expect(scene.open == [0, 1, 0])
      try await scene.servers[0].restart()
      let before = scene.requests[0]
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(14)).isEmpty)
      #expect(scene.requests[0] == before)
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(40)).isEmpty)
      #expect(scene.requests[0] > before)
      #expect(scene.open == [1, 0, 0])
      #expect(scene.events(containing: "ejected").count == 1)
      #expect(scene.events(containing: "takes over").count == 1)
    }
  }

  @Test("a server is ejected after five consecutive UNAVAILABLE, and no later call fails")
  func unavailable() throws {
    try balancingScene { scene in
      scene.servers[0].onRequest { _ in .status(.unavailable, message: "busy") }
      for _ in 0..<5 { #expect(await scene.call().code == .unavailable) }
      await scene.simulation.sleep(.milliseconds(10))
      #expect(await scene.calls(every: .milliseconds(10), for: .seconds(10)).isEmpty)
      #expect(scene.open == [0, 1, 0])
      // Each return to the first server, which still fails, causes a longer ejection.
      #expect(await scene.calls(every: .seconds(1), for: .seconds(600)).count < 60)
    }
  }

  @Test("calls without an answer in time count as failures")
  func silent() throws {
    try balancingScene { scene in
      scene.servers[0].onRequest { _ in .silence }
      for _ in 0..<5 { #expect(await scene.call(within: .seconds(1)).code == .deadlineExceeded) }
      await scene.simulation.sleep(.milliseconds(10))
      #expect(await scene.call(within: .seconds(1)).code == .ok)
    }
  }

  @Test("if all servers fail, calls use the existing connection and few connections are made")
  func allFail() throws {
    try balancingScene { scene in
      for server in scene.servers { server.onRequest { _ in .status(.unavailable) } }
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(60)).count > 500)
      #expect(scene.servers.map(\.counts.connections).reduce(0, +) < 20)
      for server in scene.servers { server.onRequest(nil) }
      #expect(await scene.call().code == .ok)
    }
  }

  @Test("a preferred server that accepts and is silent leaves time for the next")
  func silentHandshake() throws {
    try balancingScene { scene in
      scene.servers[0].scriptConnections(.silence)
      let start = scene.simulation.now
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start < .seconds(3))
      #expect(scene.requests == [0, 1, 0])
    }
  }
}
