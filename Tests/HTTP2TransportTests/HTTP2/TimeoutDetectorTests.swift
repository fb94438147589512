import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

/// A connection whose peer is gone, or that answers nothing, under steady traffic.
@Suite(.ownThreads) struct TimeoutDetectorTests {
  @Test("silence since a call began is a reason to ask, each time; other bytes are none")
  func silence() {
    var watch = TimeoutDetector()
    #expect(watch.timedOut(call: 1, last: 1, wasSilent: true) == .probe)
    #expect(watch.timedOut(call: 2, last: 2, wasSilent: false) == .alive)
    watch.answered()
    #expect(watch.timedOut(call: 4, last: 4, wasSilent: true) == .probe)
  }

  @Test("three calls in a row without an answer are the end, whether or not bytes came", arguments: [true, false])
  func row(silent: Bool) {
    var watch = TimeoutDetector()
    for call in 1...2 as ClosedRange<UInt64> {
      #expect(watch.timedOut(call: call, last: call, wasSilent: silent) == (silent ? .probe : .alive))
    }
    var answered = watch
    answered.answered()
    #expect(watch.timedOut(call: 3, last: 3, wasSilent: silent) == .replace)
    #expect(answered.timedOut(call: 3, last: 3, wasSilent: silent) != .replace)
  }

  @Test("calls that were open together count once: one pause of the server is one failure")
  func together() {
    var watch = TimeoutDetector()
    for call in 1...8 as ClosedRange<UInt64> {
      #expect(watch.timedOut(call: call, last: 8, wasSilent: false) == .alive)
    }
    #expect(watch.timedOut(call: 9, last: 12, wasSilent: false) == .alive)
    #expect(watch.timedOut(call: 11, last: 12, wasSilent: false) == .alive)
    #expect(watch.timedOut(call: 13, last: 13, wasSilent: false) == .replace)
  }
}

@Suite(.ownThreads) struct DeadPeerTests {
  @Test("nothing came since the call began, and no answer to the PING: the connection is given up after 2 s")
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

  @Test("a slow server that answers the PING keeps its connection and the calls on it")
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

  @Test("a server that answers PINGs but no call: after three calls in a row no more are taken, open ones go on")
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

  @Test("an answer in between starts the count anew")
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

  @Test("bodies of calls whose time is over are let go of though the server reads nothing")
  func bodies() throws {
    // Large windows, and a socket that soon takes no more.
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
        let buffer = RawBuffer(capacity: 4 << 20)
        if index == 0 { first = buffer } else { second = buffer }
        let request = HTTP2Request(
          headers: Pair.headers, body: BufferSlice(buffer: buffer, range: 0..<(4 << 20)), maxResponseBytes: 10)
        let deadline = Deadline(pair.simulation.now + .seconds(1))
        async let response = pair.connection.request(request, deadline: deadline)
        #expect(await response.failure == .deadline)
      }
      // The first one's bytes stand in the output; the second never got there.
      #expect(second == nil, "held until the connection ends")
      await pair.simulation.sleep(.seconds(3))
      #expect(pair.events.all == [.closed(.unresponsive("no answer to a ping after a silence"))])
      #expect(first == nil)
      guard case .connectionLost = await long.value.failure else { return #expect(Bool(false)) }
    }
  }
}
