import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

/// A write fails while bytes of the server are unread.
@Suite(.ownThreads) struct FailedWriteTests {
  // RULES 5.8.2, 5.8.9
  @Test(
    "an unread GOAWAY decides the fates: excluded requests are unprocessed, answered ones answered, the rest unknown")
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

  @Test("an unread GOAWAY without open requests is an orderly end") func orderly() throws {
    try withBreakablePair { pair, link in
      link.isBroken.store(true, ordering: .relaxed)
      await pair.peer.send(FramePeer.goAway(last: 0, 0, "idle"))
      await pair.simulation.sleep(.milliseconds(50))
      #expect(await pair.request().value.fate == .neverProcessed)
      #expect(pair.events.all == [.goAway(code: 0, debug: "idle"), .closed(.orderly)])
    }
  }

  @Test("GOAWAY and the end of the stream in one read are an orderly end") func goAwayAndEnd() throws {
    try withBreakablePair { pair, link in
      link.isBroken.store(true, ordering: .relaxed)
      await pair.peer.send(FramePeer.goAway(last: 0, 0, "idle"))
      await pair.peer.close()
      await pair.simulation.sleep(.milliseconds(50))
      pair.connection.ready([.readable, .hangUp])
      #expect(pair.events.all == [.goAway(code: 0, debug: "idle"), .closed(.orderly)])
    }
  }

  @Test("without unread bytes the fate is unknown") func silent() throws {
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
