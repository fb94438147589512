import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads)
struct RequestFailureTests {
  @Test(
    "RST_STREAM: only REFUSED_STREAM means that the request wasn't processed",
    arguments: [0, 1, 2, 7, 8, 11, 99] as [UInt32])
  func reset(code: UInt32) throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      await pair.peer.send(FramePeer.reset(1, code))
      let response = await call.value
      #expect(response.failure == .reset(code: code))
      #expect(response.fate == (code == 7 ? .neverProcessed : .unknown))
      #expect(await pair.connection.acceptsRequests)
    }
  }

  // RULES 5.8.1 to 5.8.3
  @Test("GOAWAY: streams above the last are unprocessed, streams below finish, then the connection ends")
  func goAway() throws {
    try withPair { pair in
      let first = pair.request()
      let second = pair.request()
      await pair.peer.request(1)
      await pair.peer.request(3)
      await pair.peer.send(FramePeer.goAway(last: 1, 0, "max_age"))
      let refused = await second.value
      #expect(refused.failure == .goAway(code: 0, debug: "max_age"))
      #expect(refused.fate == .neverProcessed)
      #expect(await !pair.connection.acceptsRequests)
      #expect(await pair.request().value.failure == .notAccepted)
      await pair.peer.answer(1)
      #expect(await first.value.failure == nil)
      await pair.peer.end()
      #expect(await pair.peer.frame(Frame.goAway).code == 0)  // 5.8.8
      #expect(pair.events.all == [.goAway(code: 0, debug: "max_age"), .closed(.orderly)])
    }
  }

  @Test("after a graceful GOAWAY the latest GOAWAY counts")  // RULES 5.8.4
  func twoGoAways() throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      await pair.peer.send(FramePeer.goAway(last: 0x7FFF_FFFF, 0))
      await pair.simulation.sleep(.milliseconds(5))
      #expect(await pair.connection.openRequests == 1)
      await pair.peer.send(FramePeer.goAway(last: 0, 0))
      let response = await call.value
      #expect(response.failure == .goAway(code: 0, debug: ""))
      #expect(response.fate == .neverProcessed)
    }
  }

  @Test("after GOAWAY with an error, open requests fail with its code and an unknown fate")
  func goAwayWithError() throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      await pair.peer.send(FramePeer.goAway(last: 0x7FFF_FFFF, 11, "too_many_pings"))
      await pair.peer.close()
      let response = await call.value
      #expect(response.failure == .goAway(code: 11, debug: "too_many_pings"))
      #expect(response.fate == .unknown)
    }
  }

  @Test("a lost connection leaves the fate of a complete request unknown")  // RULES 5.8.9
  func lost() throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      await pair.peer.close()
      let response = await call.value
      #expect(response.failure == .connectionLost(reason: "the server closed the connection"))
      #expect(response.fate == .unknown)
      #expect(pair.events.all == [.closed(.lost("the server closed the connection"))])
    }
  }

  @Test("a lost connection leaves an incomplete request unprocessed")
  func lostHalfway() throws {
    try withPair { pair in
      let call = pair.request(200_000)
      _ = await pair.peer.frame(Frame.data, stream: 1)
      await pair.peer.close()
      let response = await call.value
      #expect(response.fate == .neverProcessed)
      guard case .connectionLost = response.failure else {
        Issue.record("\(response)")
        return
      }
    }
  }

  @Test("at its deadline a request is reset with CANCEL")  // RULES 5.5.1
  func deadline() throws {
    try withPair { pair in
      await pair.peer.answerPings()
      let start = pair.simulation.now
      let response = await pair.request(within: .milliseconds(250)).value
      #expect(pair.simulation.now - start == .milliseconds(250))
      #expect(response.failure == .deadline)
      #expect(response.fate == .unknown)
      #expect(await pair.peer.frame(Frame.reset, stream: 1).code == 8)
      #expect(await pair.request(within: .zero).value.failure == .deadline)
      let next = pair.request()
      await pair.peer.request(3)
      await pair.peer.answer(3)
      #expect(await next.value.failure == nil)
    }
  }

  @Test("several requests expire at their deadlines with one timer")
  func deadlines() throws {
    try withPair { pair in
      let start = pair.simulation.now
      let calls = [300, 100, 200].map { limit in
        let call = pair.request(within: .milliseconds(limit))
        return pair.simulation.task { (await call.value.failure, pair.simulation.now - start, limit) }
      }
      for call in calls {
        let (failure, time, limit) = await call.value
        #expect(failure == .deadline)
        #expect(time == .milliseconds(limit))
      }
    }
  }

  @Test("a request that expires before its end was sent is unprocessed")
  func deadlineStalled() throws {
    try withPair { pair in
      let response = await pair.request(200_000, within: .milliseconds(250)).value
      #expect(response.failure == .deadline)
      #expect(response.fate == .neverProcessed)
    }
  }

  @Test("cancellation resets the stream, and an early cancellation sends nothing")  // RULES 5.5.1
  func cancellation() throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      call.cancel()
      #expect(await call.value.failure == .cancelled)
      #expect(await pair.peer.frame(Frame.reset, stream: 1).code == 8)
      let early = pair.request()
      early.cancel()
      let response = await early.value
      #expect(response.failure == .cancelled)
      #expect(response.fate == .neverProcessed)
      #expect(await pair.connection.openRequests == 0)
    }
  }

  @Test("a body or headers that are far too large reset the stream, and the connection goes on")  // RULES 5.2.13
  func tooLarge() throws {
    try withPair { pair in
      // A field of 4,000 bytes enters the HPACK table, and each byte that follows refers to that entry.
      let big = [0x40] + FramePeer.field("x", String(repeating: "a", count: 4_000)).dropFirst()
      let bomb = big + [UInt8](repeating: 0xBE, count: 300)
      let answers: [(HTTP2Failure, [UInt8])] = [(.responseTooLarge, [0x88]), (.headersTooLarge, [0x88] + bomb)]
      for (index, (failure, block)) in answers.enumerated() {
        let stream = UInt32(2 * index + 1)
        let call = pair.request()
        await pair.peer.request(stream)
        await pair.peer.send(FramePeer.headers(stream, block))
        if index == 0 {
          await pair.peer.send(FramePeer.frame(Frame.data, 0, stream, .init(repeating: 0, count: 1_001)))
        }
        let response = await call.value
        #expect(response.failure == failure)
        #expect(response.fate == .processed)
      }
      #expect(await pair.connection.acceptsRequests)
    }
  }

  @Test("headers and trailers beyond the bound are cut, except for the status")  // RULES 5.2.14
  func cut() throws {
    try withPair { pair in
      // Servers that honour the limit must be free to send a large status.
      let settings = await pair.peer.frame(Frame.settings).payload
      let entries = stride(from: 0, to: settings.count, by: 6).map { Array(settings[$0..<$0 + 6]) }
      #expect(entries.contains([0, 6, 0, 2, 0, 0]), "MAX_HEADER_LIST_SIZE of 128 KiB")
      let big = FramePeer.field("x", String(repeating: "a", count: 8_200))
      let status = FramePeer.field("grpc-status", "14")
      let message = FramePeer.field("grpc-message", String(repeating: "m", count: 5_000))
      let details = FramePeer.field("grpc-status-details-bin", String(repeating: "d", count: 9_000))
      let junk = FramePeer.field("x-debug", String(repeating: "j", count: 2_000))
      // The bound is passed before, between and by the fields that matter.
      for (index, trailers) in [big + status + message, details + message + status + junk, junk + big + status]
        .enumerated()
      {
        let stream = UInt32(2 * index + 1)
        let call = pair.request()
        await pair.peer.request(stream)
        await pair.peer.send(
          FramePeer.headers(stream, [0x88] + big) + FramePeer.headers(stream, trailers, end: true))
        let response = await call.value
        #expect(response.failure == nil && response.status == 200)
        #expect(response.headers.isEmpty)
        #expect(response.trailers.value(for: "grpc-status") == "14")
        #expect(response.trailers.value(for: "x") == nil)
        if index == 0 { #expect(response.trailers.value(for: "grpc-message")?.utf8.count == 1_024) }
        if index == 1 {
          #expect(response.trailers.value(for: "grpc-status-details-bin")?.utf8.count == 9_000)
          #expect(response.trailers.value(for: "x-debug") == nil)
        }
      }
    }
  }

  @Test("spaces at the ends of field values are removed")
  func blanks() throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      let headers = [0x88] + FramePeer.field("x", "gw-1 ") + FramePeer.field("y", "   ")
      let trailers = FramePeer.field("grpc-status", "14 ") + FramePeer.field("grpc-message", "\t later ")
      await pair.peer.send(FramePeer.headers(1, headers) + FramePeer.headers(1, trailers, end: true))
      let response = await call.value
      #expect(response.failure == nil)
      #expect(response.headers.value(for: "x") == "gw-1")
      #expect(response.headers.value(for: "y") == "")
      #expect(response.trailers.value(for: "grpc-status") == "14")
      #expect(response.trailers.value(for: "grpc-message") == "later")
    }
  }

  @Test(
    "a malformed response fails its request only, and the connection still ends in order",
    arguments: [FramePeer.field("connection", "close"), FramePeer.field("x", "a\u{1}b"), FramePeer.field("X", "y")])
  func oneOddCall(field: [UInt8]) throws {
    try withPair { pair in
      let odd = pair.request()
      await pair.peer.request(1)
      await pair.peer.send(FramePeer.headers(1, [0x88] + field, end: true))
      _ = await odd.value
      let good = pair.request()
      await pair.peer.request(3)
      await pair.peer.answer(3)
      #expect(await good.value.failure == nil)
      await pair.peer.send(FramePeer.goAway(last: 3, 0))
      await pair.peer.end()
      #expect(pair.events.all == [.goAway(code: 0, debug: ""), .closed(.orderly)])
    }
  }

  @Test(
    "responses that violate the rules of HTTP are malformed",
    arguments: [
      FramePeer.headers(1, FramePeer.field("x", "no status"), end: true),
      FramePeer.headers(1, [0x88]) + FramePeer.headers(1, [0x88], end: true),
      FramePeer.headers(1, [0x88] + FramePeer.field("connection", "close"), end: true),
      FramePeer.headers(1, [0x88] + FramePeer.field("content-length", "7"))
        + FramePeer.frame(0, 1, 1, [1, 2, 3]),
    ])  // RULES 5.2.17
  func malformed(answer: [UInt8]) throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      await pair.peer.send(answer)
      guard case .malformed = await call.value.failure else {
        Issue.record("\(await call.value)")
        return
      }
      #expect(await pair.peer.frame(Frame.reset, stream: 1).code == 1)
    }
  }

  @Test("bytes that violate HTTP/2 end the connection with GOAWAY")
  func brokenFrames() throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      await pair.peer.send(FramePeer.frame(Frame.settings, 0, 0, [1, 2, 3]))
      guard case .connectionLost = await call.value.failure else {
        Issue.record("\(await call.value)")
        return
      }
      #expect(await pair.peer.frame(Frame.goAway).code != 0)
    }
  }

  @Test("requests before the start and after the end aren't accepted")
  func refused() throws {
    try withPair(started: false) { pair in
      #expect(await pair.request().value.failure == .notAccepted)
      try await pair.start()
      await pair.connection.close(deadline: Deadline(pair.simulation.now))
      let response = await pair.request().value
      #expect(response.failure == .notAccepted)
      #expect(response.fate == .neverProcessed)
    }
  }
}
