import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads)
struct HTTP2ConnectionTests {
  private func startError(
    _ pair: Pair, _ act: @escaping @Sendable (FramePeer) async -> Void
  ) async -> HTTP2ConnectError? {
    let task = pair.simulation.task { await act(pair.peer) }
    defer { task.cancel() }
    do {
      try await pair.start()
      return nil
    } catch {
      return error as? HTTP2ConnectError
    }
  }

  @Test("a peer that isn't an HTTP/2 server is recognized")
  func wrongPeers() throws {
    let cases: [(HTTP2ConnectError, [UInt8], Bool)] = [
      (.http1, Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), false),
      (.peerSpeaksTLS, [0x15, 3, 3, 0, 2, 2, 22], true), (.closedByPeer, [], true), (.timedOut, [], false),
      (.goAway(code: 11, debug: "no"), FramePeer.settings([]) + FramePeer.goAway(last: 0, 11, "no"), false),
    ]
    for (expected, bytes, closes) in cases {
      try withPair(settings: nil, started: false) { pair in
        let error = await startError(pair) { peer in
          await peer.send(bytes)
          if closes { await peer.close() }
        }
        #expect(error == expected)
        #expect(await !pair.connection.acceptsRequests)
      }
    }
  }

  @Test("a peer that greets in another protocol and closes isn't HTTP/2, a peer without a foreign greeting just closed")
  func greetings() throws {
    let cases: [([UInt8], Bool)] = [
      (Array("hi\r\n".utf8), true), (Array("220 mail.example ESMTP ready\r\n".utf8), true), ([0, 0, 0, 6], true),
      ([0, 0], false), ([0, 0, 6, 4, 0], false),
    ]
    for (bytes, isForeign) in cases {
      try withPair(settings: nil, started: false) { pair in
        let error = await startError(pair) { peer in
          await peer.send(bytes)
          await peer.close()
        }
        if case .notHTTP2 = error { #expect(isForeign) } else { #expect(!isForeign && error == .closedByPeer) }
      }
    }
  }

  @Test("a write that fails during the start is a failure of the transport")
  func writeFails() throws {
    try simulate(seed: 1) { simulation in
      let connection = HTTP2Connection(loop: simulation.loop, transport: BrokenTransport())
      await #expect(throws: HTTP2ConnectError.transport(BrokenTransport.error)) {
        try await connection.start(deadline: Deadline(simulation.now + .seconds(5)))
      }
    }
  }

  @Test("the first frame must be SETTINGS")  // RULES 5.6.8
  func noSettings() throws {
    try withPair(settings: nil, started: false) { pair in
      let error = await startError(pair) {
        await $0.send(FramePeer.frame(Frame.ping, 0, 0, .init(repeating: 0, count: 8)))
      }
      guard case .notHTTP2 = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("a cancelled start and a connection that is closed during its start fail as cancelled")
  func cancelledStart() throws {
    try withPair(settings: nil, started: false) { pair in
      let task = pair.simulation.task { await startError(pair) { _ in } }
      await pair.simulation.sleep(.milliseconds(1))
      task.cancel()
      #expect(await task.value == .cancelled)
    }
    try withPair(settings: nil, started: false) { pair in
      let task = pair.simulation.task { await startError(pair) { _ in } }
      await pair.simulation.sleep(.milliseconds(1))
      await pair.connection.close(deadline: .never)
      #expect(await task.value == .cancelled)
    }
  }

  @Test("SETTINGS disables push, and a PUSH_PROMISE ends the connection")  // RULES 5.6.9
  func push() throws {
    try withPair { pair in
      #expect(await pair.peer.frame(Frame.settings).payload.prefix(6) == [0, 2, 0, 0, 0, 0])
      let call = pair.request()
      await pair.peer.request(1)
      let acknowledgement = FramePeer.frame(Frame.settings, 1, 0, [])
      await pair.peer.send(acknowledgement + FramePeer.frame(5, 4, 1, [0, 0, 0, 2, 0x82]))
      guard case .connectionLost = await call.value.failure else {
        Issue.record("\(await call.value)")
        return
      }
    }
  }

  @Test("requests beyond MAX_CONCURRENT_STREAMS wait in order")  // RULES 5.6.12
  func concurrencyLimit() throws {
    try withPair(settings: [(3, 1)]) { pair in
      let calls = (0..<3).map { _ in pair.request() }
      await pair.peer.request(1)
      await pair.simulation.sleep(.milliseconds(5))
      #expect(await pair.peer.count(Frame.headers) == 1)
      await pair.peer.send(FramePeer.settings([(3, 0)]))
      await pair.simulation.sleep(.milliseconds(5))
      await pair.peer.answer(1)
      #expect(await calls[0].value.failure == nil)
      await pair.simulation.sleep(.milliseconds(5))
      #expect(await pair.peer.count(Frame.headers) == 1)
      #expect(await pair.connection.openRequests == 2)
      await pair.peer.send(FramePeer.settings([(3, 10)]))
      for stream in [3, 5] as [UInt32] {
        await pair.peer.request(stream)
        await pair.peer.answer(stream)
      }
      for call in calls { #expect(await call.value.failure == nil) }
    }
  }

  @Test("deadline, cancellation and GOAWAY end requests that wait for a stream")
  func waiting() throws {
    try withPair(settings: [(3, 0)]) { pair in
      let late = pair.request(within: .milliseconds(20))
      let cancelled = pair.request()
      let left = pair.request()
      #expect(await late.value.failure == .deadline)
      cancelled.cancel()
      #expect(await cancelled.value.failure == .cancelled)
      await pair.peer.send(FramePeer.goAway(last: 0x7FFF_FFFF, 0))
      let response = await left.value
      #expect(response.failure == .goAway(code: 0, debug: ""))
      #expect(response.fate == .neverProcessed)
      #expect(await pair.peer.count(Frame.headers) == 0)
    }
  }

  @Test("a connection without stream identifiers drains")  // RULES 5.6.14
  func exhausted() throws {
    var configuration = HTTP2Configuration()
    configuration.firstStreamID = 0x7FFF_FFFF
    try withPair(configuration: configuration) { pair in
      let last = pair.request()
      await pair.peer.request(0x7FFF_FFFF)
      #expect(await pair.request().value.failure == .notAccepted)
      #expect(pair.events.all == [.streamsExhausted])
      #expect(await !pair.connection.acceptsRequests)
      await pair.peer.answer(0x7FFF_FFFF)
      #expect(await last.value.failure == nil)
    }
  }

  @Test("close waits for open requests until its deadline, then sends GOAWAY")  // RULES 5.8.8
  func close() throws {
    try withPair { pair in
      let answered = pair.request()
      let silent = pair.request()
      await pair.peer.request(1)
      await pair.peer.request(3)
      let deadline = Deadline(pair.simulation.now + .milliseconds(100))
      let closing = pair.simulation.task { await pair.connection.close(deadline: deadline) }
      await pair.peer.answer(1)
      #expect(await answered.value.failure == nil)
      let response = await silent.value
      #expect(pair.simulation.now == deadline.instant)
      #expect(response.failure == .connectionLost(reason: "closed by this side"))
      #expect(response.fate == .unknown)
      await closing.value
      await pair.peer.end()
      #expect(await pair.peer.frame(Frame.goAway).code == 0)
      #expect(pair.events.all == [.closed(.orderly)])
    }
  }

  @Test("close returns as soon as the last request has ended")
  func closeWhenSettled() throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      let closing = pair.simulation.task { await pair.connection.close(deadline: .never) }
      await pair.simulation.sleep(.milliseconds(1))
      #expect(await !pair.connection.acceptsRequests)
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
      await closing.value
    }
  }

  @Test("every request ends when the connection is cut at any byte", arguments: 0..<40)
  func cut(step: Int) throws {
    let link = SimulatedLink(faults: [.cut(afterBytes: 20 + step * 1_777, from: step % 2 == 0 ? .client : .server)])
    try withPair(seed: UInt64(step), link: link, started: false) { pair in
      do {
        try await pair.start()
      } catch {
        // Only the first cuts fall into the handshake.
        #expect(step < 2)
        return
      }
      let calls = (0..<4).map { _ in pair.request(15_000, within: .seconds(2)) }
      for call in calls { #expect(await call.value.failure != nil) }
      #expect(await pair.connection.openRequests == 0)
    }
  }
}

/// A transport that fails all writes.
private final class BrokenTransport: Transport {
  static let error = SystemError(call: "sendmsg", code: 32)
  let peer = "nobody"
  func activate(_ handler: any LoopHandler) {}
  func write(_ slices: UnsafeBufferPointer<IOSlice>) -> IOResult { .failed(Self.error) }
  func read(into buffer: UnsafeMutableRawBufferPointer) -> IOResult { .wouldBlock }
  func setUserTimeout(_ timeout: Duration) {}
  func close() {}
}
