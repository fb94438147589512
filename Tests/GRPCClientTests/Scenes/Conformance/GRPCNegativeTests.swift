import GRPCClient
import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

/// gRPC's HTTP/2 negative tests, by their names there (5.11).
@Suite(.ownThreads) struct GRPCNegativeTests {
  @Test("5.11 NEG goaway: the second call goes over a new connection, and nobody notices")
  func goaway() throws {
    try Conformance.run { scene in
      scene.collector.script(.goAway(lastStream: .current))
      #expect(await scene.call().code == .ok)
      await scene.simulation.sleep(.seconds(1))
      #expect(await scene.call().code == .ok)
      #expect(scene.collector.requests.map(\.connection) == [1, 2])
    }
  }

  @Test("5.11 NEG rst_after_header: the call fails, the next one doesn't")
  func rstAfterHeader() throws {
    try Conformance.run { scene in
      scene.collector.script(.resetAfterHeaders(.noError))
      let result = await scene.call()
      #expect(result.code != .ok)
      #expect(result.fate != .neverProcessed)
      #expect(await scene.call().code == .ok)
      #expect(scene.collector.counts.connections == 1)
    }
  }

  @Test("5.11 NEG rst_during_data: half a message, then the reset: the call fails")
  func rstDuringData() throws {
    try Conformance.run { scene in
      let half = LoopbackCollector.Response.Step.data([0, 0, 0, 0, 100] + [UInt8](repeating: 1, count: 50))
      scene.collector.script(.steps([Conformance.headers, half, .reset(.noError)]))
      let result = await scene.call()
      #expect(result.code != .ok)
      #expect(result.body.isEmpty)
      #expect(await scene.call().code == .ok)
    }
  }

  @Test("5.11 NEG rst_after_data: a whole message without status: the call fails")
  func rstAfterData() throws {
    try Conformance.run { scene in
      scene.collector.script(.resetAfterData(.noError))
      #expect(await scene.call().code != .ok)
      #expect(await scene.call().code == .ok)
    }
  }

  @Test("5.11 NEG ping: pings before, between and after the parts of an answer disturb nothing")
  func ping() throws {
    try Conformance.run { scene in
      scene.collector.script(
        .steps([
          .ping, .accept, .ping, Conformance.headers, .ping, .data([0, 0, 0, 0, 0]), .ping, Conformance.ok, .ping,
        ]))
      #expect(await scene.call().code == .ok)
      #expect(await scene.call().code == .ok)
      #expect(scene.collector.counts.connections == 1)
    }
  }

  @Test("5.11 NEG max_streams: with a limit of one, ten calls at once succeed on one connection")
  func maxStreams() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxConcurrentStreams = 1
    try Conformance.run(configuration) { scene in
      #expect(await scene.call().code == .ok)
      let calls = (0..<10).map { _ in scene.simulation.task { await scene.call().code } }
      for call in calls { #expect(await call.value == .ok) }
      #expect(scene.collector.counts.connections == 1)
    }
  }

  @Test("5.6.12: with a limit of none, calls wait to their deadline and were never processed")
  func noStreams() throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.maxConcurrentStreams = 0
    try Conformance.run(configuration) { scene in
      let start = scene.simulation.now
      let result = await scene.call(within: .seconds(3))
      #expect(scene.simulation.now - start == .seconds(3))
      #expect(result.code == .deadlineExceeded)
      #expect(result.fate == .neverProcessed)
      await scene.collector.sendSettings([3: 5])
      #expect(await scene.call().code == .ok)
    }
  }
}
