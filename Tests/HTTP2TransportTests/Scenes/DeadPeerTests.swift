import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct DeadPeerTests {
  @Test("a connection without a byte since the request began and without an answer to the PING is given up after 2 s")
  func dead() throws {
    try withPair { pair in
      let start = pair.simulation.now
      let first = pair.request(within: .seconds(1))
      #expect(await first.value.failure == .deadline)
      // Held until the PING is answered, and then sent to another connection.
      let second = await pair.request(within: .seconds(10)).value
      #expect(second.failure == .notAccepted && second.fate == .neverProcessed)
      #expect(pair.simulation.now - start == .seconds(3))
      #expect(await pair.peer.count(Frame.ping) == 1)
      #expect(pair.events.all == [.closed(.unresponsive("no answer to a ping after a silence"))])
    }
  }

  @Test("a slow server that answers the PING keeps its connection and the open requests")
  func slow() throws {
    try withPair { pair in
      await pair.peer.answerPings()
      let long = pair.request(within: .seconds(60))
      #expect(await pair.request(within: .seconds(1)).value.failure == .deadline)
      await pair.simulation.sleep(.seconds(10))
      await pair.peer.answer(1)
      #expect(await long.value.failure == nil)
      #expect(await pair.connection.acceptsRequests)
      #expect(await pair.peer.count(Frame.ping) == 1)
    }
  }

  @Test("after three timeouts in a row no more requests are accepted, and open requests go on")
  func deaf() throws {
    try withPair { pair in
      await pair.peer.answerPings()
      let long = pair.request(within: .seconds(60))
      for _ in 0..<3 {
        #expect(await pair.connection.acceptsRequests)
        #expect(await pair.request(within: .seconds(1)).value.failure == .deadline)
      }
      #expect(pair.events.all == [.unresponsive])
      #expect(await pair.request().value.failure == .notAccepted)
      await pair.peer.answer(1)
      #expect(await long.value.failure == nil)
      await pair.peer.end()
      #expect(pair.events.all == [.unresponsive, .closed(.orderly)])
    }
  }

  @Test("an answer resets the count of timeouts")
  func answers() throws {
    try withPair { pair in
      await pair.peer.answerPings()
      for round in 0..<4 as Range<UInt32> {
        for _ in 0..<2 { #expect(await pair.request(within: .seconds(1)).value.failure == .deadline) }
        let call = pair.request()
        await pair.peer.request(round * 6 + 5)
        await pair.peer.answer(round * 6 + 5)
        #expect(await call.value.failure == nil)
      }
      #expect(pair.events.all == [])
    }
  }

  @Test("the body of an expired request counts in the byte budget only if the output refers to the body")
  func bodies() throws {
    let size = 4 << 20
    let budget = ByteBudget(limit: size)
    let pool = ObjectPool(
      capacity: 2, factory: { RawBuffer(capacity: size) }, reset: { _ in false }, size: { $0.capacity })
    pool.share(budget)
    // Large windows, and a socket that soon accepts no more.
    let settings: [(UInt16, UInt32)] = [(4, 1 << 30)]
    var link = SimulatedLink()
    link.bufferSize = 20_000
    try withPair(link: link, settings: settings) { pair in
      await pair.peer.send(FramePeer.windowUpdate(0, 1 << 30))
      await pair.simulation.sleep(.milliseconds(10))
      await pair.peer.pause()
      weak var first: RawBuffer?
      weak var second: RawBuffer?
      let long = pair.request(10, within: .seconds(60))
      for index in 0..<2 {
        let buffer = RawBuffer(lending: pool.acquire())
        if index == 0 { first = buffer } else { second = buffer }
        #expect(await expire(buffer, on: pair) == .deadline)
      }
      // The output refers to the first body, and never contained the second.
      #expect(second == nil, "the body is held until the connection ends")
      #expect(budget.used == size)
      #expect(!budget.take(1))
      await pair.simulation.sleep(.seconds(3))
      #expect(pair.events.all == [.closed(.unresponsive("no answer to a ping after a silence"))])
      #expect(first == nil)
      #expect(budget.used == 0)
      guard case .connectionLost = await long.value.failure else { return #expect(Bool(false)) }
    }
  }

  @Test("a body that waits for a window is released when its request expires")
  func unsentBody() throws {
    let budget = ByteBudget(limit: 100)
    let pool = ObjectPool(
      capacity: 2, factory: { RawBuffer(capacity: 100) }, reset: { _ in false }, size: { $0.capacity })
    pool.share(budget)
    try withPair(settings: [(4, 0)]) { pair in
      weak var body: RawBuffer?
      do {
        let buffer = RawBuffer(lending: pool.acquire())
        body = buffer
        #expect(await expire(buffer, on: pair) == .deadline)
      }
      #expect(body == nil)
      #expect(budget.used == 0)
    }
  }

  private func expire(_ buffer: RawBuffer, on pair: Pair) async -> HTTP2Failure? {
    let request = HTTP2Request(
      headers: Pair.headers, body: BufferSlice(buffer: buffer, range: 0..<buffer.capacity), maxResponseBytes: 10)
    return await pair.connection.request(request, deadline: Deadline(pair.simulation.now + .seconds(1))).failure
  }
}
