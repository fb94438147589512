import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct KeepaliveTests {
  private static func configuration(withoutCalls: Bool = false) -> HTTP2Configuration {
    var configuration = HTTP2Configuration()
    configuration.keepalive = KeepaliveConfiguration(interval: .seconds(10), withoutCalls: withoutCalls)
    return configuration
  }

  @Test("a half-open connection is lost after interval and timeout")  // RULES 5.7.3
  func halfOpen() throws {
    try withPair(configuration: Self.configuration()) { pair in
      let start = pair.simulation.now
      let call = pair.request(within: .seconds(100))
      let response = await call.value
      let waited = pair.simulation.now - start
      #expect(waited > .seconds(29) && waited <= .seconds(30))
      #expect(response.fate == .unknown)
      guard case .connectionLost(let reason) = response.failure else { return #expect(Bool(false), "\(response)") }
      #expect(reason == "no answer to a keepalive ping within 20.0 seconds")
      #expect(await pair.peer.count(Frame.ping) == 1)
      #expect(await !pair.connection.acceptsRequests)
    }
  }

  @Test("any byte from the server keeps the connection until a slow answer arrives")
  func alive() throws {
    try withPair(configuration: Self.configuration()) { pair in
      let call = pair.request(within: .seconds(200))
      await pair.peer.request(1)
      for round in 1...5 {
        while await pair.peer.count(Frame.ping) < round { await pair.simulation.sleep(.milliseconds(100)) }
        // Not the answer to the PING, but a byte.
        await pair.peer.send(FramePeer.windowUpdate(0, 1))
      }
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
      #expect(pair.simulation.now.nanoseconds > 50_000_000_000)
    }
  }

  // RULES 5.7.4, 5.7.5
  @Test("no PING is sent without calls, and a PING precedes the HEADERS of the first call after a silence")
  func idle() throws {
    try withPair(configuration: Self.configuration()) { pair in
      await pair.simulation.sleep(.seconds(200))
      #expect(await pair.peer.count(Frame.ping) == 0)
      let call = pair.request(within: .seconds(10))
      await pair.peer.request(1)
      let types = await pair.peer.frames.map(\.type).filter { $0 == Frame.ping || $0 == Frame.headers }
      #expect(types == [Frame.ping, Frame.headers])
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
      await pair.simulation.sleep(.seconds(200))
      #expect(await pair.peer.count(Frame.ping) == 1)
      #expect(await pair.connection.acceptsRequests)
    }
  }

  @Test("keepalive also covers a request that waits for a stream")
  func waitingForAStream() throws {
    try withPair(configuration: Self.configuration(), settings: [(3, 0)]) { pair in
      await pair.simulation.sleep(.seconds(60))
      let call = pair.request(within: .seconds(100))
      guard case .connectionLost = await call.value.failure else { return #expect(Bool(false)) }
    }
  }

  @Test("PINGs without calls find an idle connection that died")
  func withoutCalls() throws {
    try withPair(configuration: Self.configuration(withoutCalls: true)) { pair in
      await pair.simulation.sleep(.seconds(31))
      #expect(pair.events.all == [.closed(.unresponsive("no answer to a keepalive ping within 20.0 seconds"))])
    }
  }

  @Test("keepalive is off by default")  // RULES 5.7.2
  func off() throws {
    try withPair { pair in
      let call = pair.request(within: .seconds(300))
      #expect(await call.value.failure == .deadline)
      #expect(await pair.peer.count(Frame.ping) == 0)
      #expect(await pair.connection.acceptsRequests)
    }
  }
}
