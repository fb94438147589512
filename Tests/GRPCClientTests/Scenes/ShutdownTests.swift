import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct ShutdownTests {
  @Test("shutdown waits for open calls and closes in order")
  func orderly() throws {
    try channelScene { scene in
      scene.collector.script(LoopbackCollector.Response.success.delayed(by: .seconds(2)))
      let call = scene.simulation.task { await scene.call() }
      await scene.simulation.sleep(.seconds(1))
      let start = scene.simulation.now
      await scene.channel.shutdown(deadline: Deadline(start + .seconds(5)))
      #expect(scene.simulation.now - start < .milliseconds(1_010))
      #expect(await call.value.code == .ok)
      let later = await scene.call()
      #expect(later.code == .unavailable)
      #expect(later.cause == .connect)
    }
  }

  @Test("shutdown ends at its deadline and fails the open calls")
  func deadline() throws {
    try channelScene { scene in
      scene.collector.script(.silence)
      let call = scene.simulation.task { await scene.call(within: .seconds(100)) }
      await scene.simulation.sleep(.seconds(1))
      let start = scene.simulation.now
      await scene.channel.shutdown(deadline: Deadline(start + .seconds(2)))
      #expect(scene.simulation.now - start == .seconds(2))
      let result = await call.value
      #expect(result.code == .unavailable)
      #expect(result.fate == .unknown)
    }
  }

  @Test("shutdown during an attempt leaves no connection open")
  func whileConnecting() throws {
    try channelScene { scene in
      scene.collector.scriptConnections(.silence)
      let call = scene.simulation.task { await scene.call(within: .seconds(100)) }
      await scene.simulation.sleep(.seconds(1))
      await scene.channel.shutdown(deadline: Deadline(scene.simulation.now + .seconds(2)))
      #expect(await call.value.cause == .connect)
      await scene.simulation.sleep(.seconds(30))
      #expect(scene.simulation.network.openConnections == 0)
    }
  }

  @Test("a call without time fails by its deadline, and isn't called unconnected")
  func callWithoutTime() throws {
    try channelScene { scene in
      #expect(await scene.call().code == .ok)
      let late = await scene.call(within: .zero)
      #expect(late.code == .deadlineExceeded)
      #expect(late.cause == .deadline)
      #expect(late.fate == .neverProcessed)
      #expect(!late.isUnconnected)
      #expect(!late.message.contains("not connected"))
    }
  }

  @Test("a released channel closes its connection")
  func released() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      do {
        let scene = try await ChannelScene(simulation)
        #expect(await scene.call().code == .ok)
      }
      await simulation.sleep(.seconds(1))
      #expect(simulation.network.openConnections == 0)
    }
  }
}
