import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct RoundRobinTests {
  @Test(
    "calls go in turn to all addresses of a name, or to all endpoints (5.9)", arguments: [["all"], ["a", "b", "c"]])
  func turns(targets: [String]) throws {
    try balancingScene(BalancingSettings(targets: targets, policy: .roundRobin)) { scene in
      #expect(await scene.call().code == .ok)
      await scene.simulation.sleep(.seconds(1))
      #expect(await scene.calls(every: .milliseconds(10), for: .milliseconds(600)).isEmpty)
      let requests = scene.requests
      #expect(requests.max()! - requests.min()! <= 1, "\(requests)")
      #expect(scene.open == [1, 1, 1])
    }
  }

  @Test("an unreachable server delays no call, and returns to the rotation after a restart (5.9.6)")
  func oneDown() throws {
    try balancingScene(BalancingSettings(targets: ["all"], policy: .roundRobin)) { scene in
      await scene.servers[1].stop()
      #expect(await scene.call().code == .ok)
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(30)).isEmpty)
      #expect(scene.requests[1] == 0)
      #expect(scene.events(containing: "can't connect; other connections are up").count { $0.level == .warning } == 1)
      try await scene.servers[1].restart()
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(60)).isEmpty)
      #expect(scene.requests[1] > 100)
    }
  }

  @Test("a server that answers UNAVAILABLE leaves the rotation and returns")
  func ejected() throws {
    try balancingScene(BalancingSettings(targets: ["all"], policy: .roundRobin)) { scene in
      scene.servers[2].onRequest { _ in .status(.unavailable) }
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(14)).count == 5)
      scene.servers[2].onRequest(nil)
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(60)).isEmpty)
      #expect(scene.requests[2] > 30)
      #expect(scene.servers[2].counts.connections == 1)
    }
  }

  @Test("a new address is connected, and a removed one drained until the open calls end (5.8.10)")
  func changes() throws {
    try balancingScene(BalancingSettings(targets: ["all"], policy: .roundRobin, age: .seconds(60))) { scene in
      scene.simulation.network.setHost("all", .addresses([0x0A00_0001, 0x0A00_0002]))
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(5)).isEmpty)
      #expect(scene.open == [1, 1, 0])
      scene.simulation.network.setHost("all", .addresses([0x0A00_0002, 0x0A00_0003]))
      scene.servers[0].onRequest { _ in LoopbackCollector.Response.success.delayed(by: .seconds(70)) }
      let long = (0..<2).map { _ in scene.simulation.task { await scene.call(within: .seconds(100)).code } }
      await scene.simulation.sleep(.seconds(1))
      scene.servers[0].onRequest(nil)
      #expect(await scene.calls(every: .milliseconds(100), for: .seconds(80)).isEmpty)
      for call in long { #expect(await call.value == .ok) }
      await scene.simulation.sleep(.seconds(1))
      #expect(scene.open == [0, 1, 1])
    }
  }

  @Test(
    "a rolling restart of three servers loses no call, and only unprocessed calls fail",
    arguments: 1...5 as ClosedRange<UInt64>)
  func rollingRestart(seed: UInt64) throws {
    try balancingScene(BalancingSettings(targets: ["all"], policy: .roundRobin), seed: seed) { scene in
      let isOver = Mutex(false)
      let workers = (0..<4).map { _ in
        scene.simulation.task {
          var (done, bad) = (0, [GRPCResult]())
          while !isOver.withLock({ $0 }) {
            var result = await scene.call()
            while result.code != .ok, result.fate == .neverProcessed { result = await scene.call() }
            if result.code == .ok { done += 1 } else { bad.append(result) }
            await scene.simulation.sleep(.milliseconds(19))
          }
          return (done, bad.map { "\($0)" })
        }
      }
      await scene.simulation.sleep(.seconds(5))
      for server in scene.servers {
        await server.goAway(lastStream: .all)
        await scene.simulation.sleep(.seconds(2))
        await server.stop()
        await scene.simulation.sleep(.seconds(3))
        try await server.restart()
        await scene.simulation.sleep(.seconds(10))
      }
      isOver.withLock { $0 = true }
      var done = 0
      for worker in workers {
        let (count, bad) = await worker.value
        done += count
        #expect(bad.isEmpty)
      }
      #expect(scene.servers.map(\.counts.acceptedRequests).reduce(0, +) == done)
      #expect(scene.open == [1, 1, 1])
    }
  }
}
