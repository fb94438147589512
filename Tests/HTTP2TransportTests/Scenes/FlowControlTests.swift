import HTTP2Transport
import OTLPTesting
import TestThreads
import Testing

extension Pair {
  /// The payloads of a stream's DATA frames.
  fileprivate func data(_ stream: UInt32) async -> [Int] {
    await peer.frames.filter { $0.type == Frame.data && $0.stream == stream }.map(\.payload.count)
  }

  fileprivate func bytes(_ stream: UInt32) async -> Int { await data(stream).reduce(0, +) }

  /// Waits until this number of bytes of a stream's body has arrived.
  fileprivate func waitForBytes(_ count: Int, _ stream: UInt32) async {
    while await bytes(stream) < count { await simulation.sleep(.milliseconds(1)) }
  }

  fileprivate func settle() async { await simulation.sleep(.milliseconds(20)) }
}

/// Windows and limits of unfriendly servers (5.6.11, 5.6.12).
@Suite(.ownThreads) struct FlowControlTests {
  @Test("a stream window of one byte is used byte by byte")
  func oneByte() throws {
    try withPair(settings: [(4, 1)]) { pair in
      let call = pair.request(40)
      for count in 1...40 {
        await pair.waitForBytes(count, 1)
        #expect(await pair.bytes(1) == count)
        await pair.peer.send(FramePeer.windowUpdate(1, 1))
      }
      await pair.peer.request(1)
      #expect(await pair.data(1).allSatisfy { $0 <= 1 })
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
    }
  }

  @Test("a connection window of one byte is used byte by byte, over two streams")
  func connectionWindow() throws {
    try withPair(settings: [(4, 1_000_000)]) { pair in
      let first = pair.request(65_530)
      let second = pair.request(25)
      await pair.waitForBytes(65_530, 1)
      await pair.settle()
      #expect(await pair.bytes(1) + pair.bytes(3) == 65_535)
      while await !pair.peer.frames.contains(where: { $0.type == Frame.data && $0.stream == 3 && $0.isEnd }) {
        let before = await pair.bytes(3)
        await pair.peer.send(FramePeer.windowUpdate(0, 1))
        await pair.settle()
        #expect(await pair.bytes(3) <= before + 1)
      }
      #expect(await pair.bytes(3) == 25)
      for stream in [1, 3] as [UInt32] { await pair.peer.answer(stream) }
      #expect(await first.value.failure == nil)
      #expect(await second.value.failure == nil)
    }
  }

  @Test("with an initial window of 0, HEADERS are sent and the body waits for SETTINGS")
  func zeroWindow() throws {
    try withPair(settings: [(4, 0)]) { pair in
      let call = pair.request(100)
      _ = await pair.peer.frame(Frame.headers, stream: 1)
      await pair.settle()
      #expect(await pair.bytes(1) == 0)
      await pair.peer.send(FramePeer.settings([(4, 100)]))
      #expect(await pair.peer.request(1).count == 100)
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
    }
  }

  @Test("no byte is sent while SETTINGS have made a stream's window negative")
  func belowZero() throws {
    try withPair(settings: [(4, 30_000)]) { pair in
      let calls = [pair.request(30_010), pair.request(30_010)]
      for stream in [1, 3] as [UInt32] { await pair.waitForBytes(30_000, stream) }
      await pair.peer.send(FramePeer.windowUpdate(0, 1_000_000) + FramePeer.settings([(4, 0)]))
      await pair.peer.send(FramePeer.windowUpdate(1, 30_000))
      await pair.settle()
      #expect(await pair.bytes(1) == 30_000)  // zero is not positive
      await pair.peer.send(FramePeer.windowUpdate(1, 1))
      await pair.waitForBytes(30_001, 1)
      await pair.settle()
      #expect(await pair.bytes(1) == 30_001)
      #expect(await pair.bytes(3) == 30_000)
      // Raised by SETTINGS instead.
      await pair.peer.send(FramePeer.settings([(4, 31_000)]))
      for stream in [1, 3] as [UInt32] {
        #expect(await pair.peer.request(stream).count == 30_010)
        await pair.peer.answer(stream)
      }
      for call in calls { #expect(await call.value.failure == nil) }
    }
  }

  @Test("a call whose window stays below zero ends at its deadline; the connection serves others afterwards")
  func neverPositive() throws {
    try withPair(settings: [(4, 1_000)]) { pair in
      let stuck = pair.request(2_000, within: .seconds(2))
      await pair.waitForBytes(1_000, 1)
      await pair.peer.send(FramePeer.settings([(4, 1)]))
      let response = await stuck.value
      #expect(response.failure == .deadline)
      await pair.peer.send(FramePeer.settings([(4, 1_000)]))
      let next = pair.request(500)
      await pair.peer.request(3)
      await pair.peer.answer(3)
      #expect(await next.value.failure == nil)
    }
  }

  @Test("a window beyond 2³¹−1 is the server's error: the stream ends, the connection lives")
  func overflow() throws {
    try withPair(settings: [(4, 10)]) { pair in
      let call = pair.request(100)
      await pair.waitForBytes(10, 1)
      await pair.peer.send(FramePeer.windowUpdate(1, 0x7FFF_FFFF) + FramePeer.windowUpdate(1, 0x7FFF_FFFF))
      #expect(await call.value.failure != nil)
      let next = pair.request(5)
      await pair.peer.request(3)
      await pair.peer.answer(3)
      #expect(await next.value.failure == nil)
    }
  }

  @Test("a lowered MAX_CONCURRENT_STREAMS lets open streams end and none begin above the limit")
  func loweredLimit() throws {
    try withPair(settings: [(3, 3)]) { pair in
      let calls = (0..<5).map { _ in pair.request() }
      for stream in [1, 3, 5] as [UInt32] { await pair.peer.request(stream) }
      await pair.peer.send(FramePeer.settings([(3, 1)]))
      await pair.settle()
      for stream in [1, 3] as [UInt32] {
        await pair.peer.answer(stream)
        await pair.settle()
        #expect(await pair.peer.count(Frame.headers) == 3)
      }
      await pair.peer.answer(5)
      await pair.peer.request(7)
      await pair.settle()
      #expect(await pair.peer.count(Frame.headers) == 4)
      await pair.peer.answer(7)
      await pair.peer.request(9)
      await pair.peer.answer(9)
      for call in calls { #expect(await call.value.failure == nil) }
    }
  }

  @Test("a waiting request takes the stream of an abandoned one at once", arguments: [true, false])
  func abandonedStream(isCancelled: Bool) throws {
    try withPair(settings: [(3, 1)]) { pair in
      await pair.peer.answerPings()
      let first = pair.request(within: .seconds(2))
      let second = pair.request(within: .seconds(10))
      await pair.peer.request(1)
      if isCancelled { first.cancel() }
      #expect(await first.value.failure == (isCancelled ? .cancelled : .deadline))
      await pair.settle()
      #expect(await pair.peer.count(Frame.headers) == 2)
      await pair.peer.answer(3)
      #expect(await second.value.failure == nil)
    }
  }

  @Test("a waiting request takes the stream of a request that was answered early at once")
  func earlyAnswer() throws {
    try withPair(settings: [(3, 1), (4, 10)]) { pair in
      let first = pair.request(100)
      let second = pair.request(5)
      await pair.waitForBytes(10, 1)
      await pair.peer.answer(1)
      #expect(await first.value.failure == nil)
      await pair.settle()
      #expect(await pair.peer.count(Frame.headers) == 2)
      await pair.peer.answer(3)
      #expect(await second.value.failure == nil)
    }
  }
}
