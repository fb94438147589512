import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

/// What the server said before it closed, and the client has yet to read when a write fails.
@Suite("HTTP/2: a write fails, and there is something to read", .ownThreads) struct FailedWriteTests {
  @Test("GOAWAY: what it refused is free, what was answered is answered, and the rest is unknown")  // 5.8.2, 5.8.9
  func goAwayUnread() throws {
    try withBreakablePair { pair, link in
      let calls = (0..<3).map { _ in pair.request() }
      for stream: UInt32 in [1, 3, 5] { await pair.peer.request(stream) }
      link.isBroken.store(true, ordering: .relaxed)
      await pair.peer.answer(1)
      await pair.peer.send(FramePeer.goAway(last: 3, 0, "idle"))
      await pair.simulation.sleep(.milliseconds(50))
      let late = await pair.request().value
      #expect(late.failure == .goAway(code: 0, debug: "idle"))
      #expect(late.fate == .neverProcessed)
      #expect(await calls[0].value.failure == nil)
      let unanswered = await calls[1].value
      #expect(unanswered.failure == .connectionLost(reason: "sendmsg: Broken pipe"))
      #expect(unanswered.fate == .unknown)
      #expect(await calls[2].value.fate == .neverProcessed)
      #expect(pair.events.all == [.goAway(code: 0, debug: "idle"), .closed(.lost("sendmsg: Broken pipe"))])
    }
  }

  @Test("GOAWAY and nothing open: an orderly end") func orderly() throws {
    try withBreakablePair { pair, link in
      link.isBroken.store(true, ordering: .relaxed)
      await pair.peer.send(FramePeer.goAway(last: 0, 0, "idle"))
      await pair.simulation.sleep(.milliseconds(50))
      #expect(await pair.request().value.fate == .neverProcessed)
      #expect(pair.events.all == [.goAway(code: 0, debug: "idle"), .closed(.orderly)])
    }
  }

  @Test("GOAWAY and the end are read at once: as orderly as one after the other") func goAwayAndEnd() throws {
    try withBreakablePair { pair, link in
      link.isBroken.store(true, ordering: .relaxed)
      await pair.peer.send(FramePeer.goAway(last: 0, 0, "idle"))
      await pair.peer.close()
      await pair.simulation.sleep(.milliseconds(50))
      pair.connection.ready([.readable, .hangUp])
      #expect(pair.events.all == [.goAway(code: 0, debug: "idle"), .closed(.orderly)])
    }
  }

  @Test("nothing to read: unknown") func silent() throws {
    try withBreakablePair { pair, link in
      let call = pair.request()
      await pair.peer.request(1)
      link.isBroken.store(true, ordering: .relaxed)
      _ = await pair.request().value
      let response = await call.value
      #expect(response.failure == .connectionLost(reason: "sendmsg: Broken pipe"))
      #expect(response.fate == .unknown)
    }
  }

  private func withBreakablePair(_ body: @escaping @Sendable (Pair, BreakableTransport.Link) async throws -> Void)
    throws
  {
    let link = BreakableTransport.Link()
    try withPair(wrap: { BreakableTransport($0, link) }) { try await body($0, link) }
  }
}
