import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct ReconnectTests {
  @Test("after a GOAWAY the open call ends on the old connection, and the next call connects at once (5.8.1 to 5.8.3)")
  func goAway() throws {
    try channelScene { scene in
      scene.collector.script(.goAway(lastStream: .all, debug: "max_age"))
      #expect(await scene.call().code == .ok)
      let start = scene.simulation.now
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start < .milliseconds(10))
      #expect(scene.collector.counts.connections == 2)
    }
  }

  @Test("a call above the last stream of an orderly GOAWAY moves to another connection at once (5.8.2)")
  func goAwayUnprocessed() throws {
    try channelScene { scene in
      scene.collector.script(.goAway(lastStream: .none))
      let start = scene.simulation.now
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start < .milliseconds(20))
      #expect(scene.collector.counts.connections == 2)
    }
  }

  @Test(
    "a server that ends each connection without processing a call gets connections with pauses (5.8.2)"
  )
  func goAwayForEver() throws {
    try channelScene { scene in
      scene.collector.onRequest { _ in .goAway(lastStream: .none) }
      let start = scene.simulation.now
      let result = await scene.call(within: .seconds(10))
      #expect(result.code == .unavailable)
      #expect(scene.simulation.now - start == .seconds(10))
      #expect((5...40).contains(scene.collector.counts.connections), "\(scene.collector.counts)")
    }
  }

  @Test("a call above the last stream of a GOAWAY with an error fails as never processed (5.8.2)")
  func goAwayUnprocessedWithError() throws {
    try channelScene { scene in
      scene.collector.script(.goAway(.internalError, lastStream: .none))
      let result = await scene.call()
      #expect(result.code == .unavailable)
      #expect(result.fate == .neverProcessed)
      #expect(result.cause == .transport)
      #expect(await scene.call().code == .ok)
    }
  }

  @Test("a call with REFUSED_STREAM was never processed (5.4)")
  func refusedStream() throws {
    try channelScene { scene in
      scene.collector.script(.reset(.refusedStream))
      let result = await scene.call()
      #expect(result.code == .unavailable)
      #expect(result.fate == .neverProcessed)
      #expect(scene.collector.counts.connections == 1)
    }
  }

  @Test("a lost connection fails the open calls, and the next call connects within a second (5.9.10)")
  func lost() throws {
    try channelScene { scene in
      #expect(await scene.call().code == .ok)
      scene.collector.script(.closeConnection())
      let result = await scene.call()
      #expect(result.code == .unavailable)
      #expect(result.cause == .transport)
      #expect(result.fate == .unknown)
      let start = scene.simulation.now
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start < .milliseconds(1_010))
      #expect(scene.collector.counts.connections == 2)
    }
  }

  @Test("only the next call replaces a lost idle connection")
  func idle() throws {
    try channelScene { scene in
      #expect(await scene.call().code == .ok)
      await scene.collector.closeConnections()
      await scene.simulation.sleep(.seconds(60))
      #expect(scene.collector.counts.connections == 1)
      #expect(await scene.call().code == .ok)
      #expect(scene.collector.counts.connections == 2)
    }
  }

  @Test("a server that sends GOAWAY at once each time gets few connections")
  func goAwayAtOnce() throws {
    try channelScene { scene in
      scene.collector.onRequest { _ in .goAway(lastStream: .none) }
      let deadline = Deadline(scene.simulation.now + .seconds(10))
      while !deadline.hasPassed(at: scene.simulation.now) { _ = await scene.call() }
      #expect(scene.collector.counts.connections < 50)
    }
  }

  @Test("every address is tried in turn, and a silent address leaves time for the others")
  func addresses() throws {
    try channelScene(addresses: [0x0A00_0009, 0x0A00_0008, home]) { scene in
      scene.simulation.network.planConnections { address, _, _ in
        switch address {
        case .ipv4(0x0A00_0009, _): .ignore
        case .ipv4(0x0A00_0008, _): .refuse
        default: .link(SimulatedLink())
        }
      }
      let start = scene.simulation.now
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start < .seconds(3))
    }
  }

  @Test("calls wait for a server that starts later")
  func waitsForReady() throws {
    try channelScene { scene in
      let start = scene.simulation.now
      scene.simulation.network.planConnections { _, attempt, _ in attempt < 4 ? .refuse : .link(SimulatedLink()) }
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start > .seconds(3))
    }
  }

  @Test("the attempt at a server that accepts and is silent outlives the call's deadline")
  func silentServer() throws {
    try channelScene { scene in
      scene.collector.scriptConnections(.silence, .silence)
      let start = scene.simulation.now
      let result = await scene.call(within: .seconds(5))
      #expect(result.code == .unavailable)
      #expect(result.cause == .connect)
      #expect(scene.simulation.now - start == .seconds(5))
      // The attempt would end after 20 s (5.9.1), but every 4 s another starts beside.
      #expect(await scene.call(within: .seconds(30)).code == .ok)
      #expect(scene.simulation.now - start >= .seconds(8) && scene.simulation.now - start < .seconds(9))
    }
  }

  @Test("the reason names a server that speaks HTTP/1")
  func http1() throws {
    try channelScene { scene in
      let reply = LoopbackCollector.ConnectionBehavior.reply(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
      scene.collector.scriptConnections(reply, reply, reply, reply)
      let result = await scene.call(within: .seconds(3))
      #expect(result.connectFailure?.contains("HTTP/1") == true)
    }
  }
}
