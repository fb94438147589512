import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct IdleConnectionTests {
  private static var configuration: HTTP2Configuration {
    var configuration = HTTP2Configuration()
    configuration.probeAfter = .seconds(30)
    return configuration
  }

  @Test("after a silence the request waits for the answer to a PING, and no PING is sent between frequent requests")
  func answered() throws {
    try withPair(configuration: Self.configuration) { pair in
      await pair.simulation.sleep(.seconds(60))
      let call = pair.request(within: .seconds(10))
      while await pair.peer.count(Frame.ping) < 1 { await pair.simulation.sleep(.milliseconds(10)) }
      let second = pair.request(within: .seconds(10))
      await pair.simulation.sleep(.seconds(1))
      #expect(await pair.peer.count(Frame.headers) == 0, "not before the answer")
      await pair.peer.send(FramePeer.windowUpdate(0, 1))  // any byte is one
      await pair.peer.request(1)
      await pair.peer.answer(1)
      await pair.peer.request(3)
      await pair.peer.answer(3)
      #expect(await call.value.failure == nil)
      #expect(await second.value.failure == nil)
      for stream in stride(from: UInt32(5), to: 15, by: 2) {
        await pair.simulation.sleep(.seconds(25))
        let next = pair.request(within: .seconds(10))
        await pair.peer.request(stream)
        await pair.peer.answer(stream)
        #expect(await next.value.failure == nil)
      }
      #expect(await pair.peer.count(Frame.ping) == 1)
    }
  }

  @Test("without an answer the request is unprocessed and free for another connection in time", arguments: [10, 2])
  func dead(seconds: Int) throws {
    try withPair(configuration: Self.configuration) { pair in
      await pair.simulation.sleep(.seconds(60))
      let start = pair.simulation.now
      let response = await pair.request(within: .seconds(seconds)).value
      #expect(response.failure == .notAccepted)
      #expect(response.fate == .neverProcessed)
      #expect(pair.simulation.now - start <= IdleProbe.patience(left: .seconds(seconds)) + .milliseconds(1))
      #expect(await pair.peer.count(Frame.headers) == 0)
      #expect(pair.events.all == [.closed(.unresponsive("no answer to a ping after a silence"))])
    }
  }

  @Test("an idle connection sets no timer")
  func rest() throws {
    try withPair(configuration: Self.configuration) { pair in
      await pair.simulation.sleep(.seconds(300))
      #expect(await pair.peer.count(Frame.ping) == 0)
      #expect(await pair.connection.acceptsRequests)
    }
  }
}
