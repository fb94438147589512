import GRPCClient
import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

/// gRPC's HTTP/2 negative tests, by their names in gRPC (5.11).
@Suite(.ownThreads) struct GRPCNegativeTests {
  @Test("goaway: the second call succeeds over a new connection (5.11 NEG)")
  func goaway() throws {
    try Conformance.run { scene in
      scene.collector.script(.goAway(lastStream: .current))
      #expect(await scene.call().code == .ok)
      await scene.simulation.sleep(.seconds(1))
      #expect(await scene.call().code == .ok)
      #expect(scene.collector.requests.map(\.connection) == [1, 2])
    }
  }

  @Test("rst_after_header: the call fails, and the next succeeds (5.11 NEG)")
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

  @Test("rst_during_data: a reset after half a message fails the call (5.11 NEG)")
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

  @Test("rst_after_data: a reset after a whole message without a status fails the call (5.11 NEG)")
  func rstAfterData() throws {
    try Conformance.run { scene in
      scene.collector.script(.resetAfterData(.noError))
      #expect(await scene.call().code != .ok)
      #expect(await scene.call().code == .ok)
    }
  }

  @Test("ping: PINGs before, between and after the parts of an answer change nothing (5.11 NEG)")
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

  @Test("max_streams: ten concurrent calls succeed on one connection with a limit of one (5.11 NEG)")
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

  @Test("with a limit of zero streams, calls wait until their deadline and were never processed (5.6.12)")
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
