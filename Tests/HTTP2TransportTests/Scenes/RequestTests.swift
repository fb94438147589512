import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

typealias Frame = FramePeer.Frame

@Suite(.ownThreads)
struct RequestTests {
  @Test("a request is sent with its body, and the response is complete")  // RULES 5.2.1
  func roundTrip() throws {
    try withPair { pair in
      let call = pair.request(50_000)
      let body = await pair.peer.request(1)
      #expect(body == Pair.message(50_000).body.array)
      await pair.peer.answer(1, body: [1, 2, 3])
      let response = await call.value
      #expect(response.failure == nil)
      #expect(response.status == 200)
      #expect(response.body == [1, 2, 3])
      #expect(response.headers.isEmpty)
      #expect(response.trailers.value(for: "grpc-status") == "0")
      #expect(response.fate == .processed)
      #expect(await pair.peer.frames.allSatisfy { $0.payload.count <= 16_384 })
    }
  }

  @Test("partial writes of any size send the whole request", arguments: [1...1, 1...20, 8...40_000])
  func partialWrites(size: ClosedRange<Int>) throws {
    var link = SimulatedLink()
    link.writeSize = size
    try withPair(link: link) { pair in
      let call = pair.request(30_000)
      #expect(await pair.peer.request(1) == Pair.message(30_000).body.array)
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
    }
  }

  @Test("a response may consist of headers with END_STREAM only")  // RULES 5.2.2
  func trailersOnly() throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      let fields = FramePeer.field("grpc-status", "14") + FramePeer.field("grpc-message", "busy")
      await pair.peer.send(FramePeer.headers(1, [0x88] + fields, end: true))
      let response = await call.value
      #expect(response.failure == nil)
      #expect(response.headers.value(for: "grpc-status") == "14")
      #expect(response.headers.fields.map(\.name) == ["grpc-status", "grpc-message"])
      #expect(response.trailers.isEmpty)
    }
  }

  @Test("interim responses are skipped")  // RULES 5.2.3
  func interim() throws {
    try withPair { pair in
      let call = pair.request()
      await pair.peer.request(1)
      let hints = FramePeer.field(":status", "103") + FramePeer.field("link", "x")
      await pair.peer.send(FramePeer.headers(1, hints) + FramePeer.headers(1, hints))
      await pair.peer.answer(1)
      let response = await call.value
      #expect(response.status == 200)
      #expect(response.headers.isEmpty)
    }
  }

  @Test("a response before the end of the request counts, and the stream is reset without error")  // RULES 5.2.16
  func earlyAnswer() throws {
    try withPair { pair in
      let call = pair.request(200_000)
      _ = await pair.peer.frame(Frame.headers, stream: 1)
      await pair.peer.answer(1)
      let response = await call.value
      #expect(response.failure == nil)
      #expect(response.fate == .processed)
      #expect(await pair.peer.frame(Frame.reset, stream: 1).code == 0)
    }
  }

  @Test("RST_STREAM(NO_ERROR) after the complete response doesn't revoke the response")  // RULES 5.2.16
  func resetAfterAnswer() throws {
    try withPair { pair in
      let call = pair.request(200_000)
      _ = await pair.peer.frame(Frame.headers, stream: 1)
      await pair.peer.answer(1)
      await pair.peer.send(FramePeer.reset(1, 0) + FramePeer.windowUpdate(0, 100_000))
      #expect(await call.value.failure == nil)
      let next = pair.request()
      await pair.peer.request(3)
      await pair.peer.answer(3)
      #expect(await next.value.failure == nil)
    }
  }

  @Test("the fields of one request are sent in their places, and a PING is answered")  // RULES 5.1.1, 5.7.1
  func fields() throws {
    try withPair { pair in
      var request = Pair.message(3)
      request.leadingField = HTTP2Field(name: "grpc-timeout", value: "9S", neverIndexed: true)
      request.extraFields = [HTTP2Field(name: "x-one", value: "1"), HTTP2Field(name: "x-two", value: "")]
      let (connection, deadline) = (pair.connection, Deadline(pair.simulation.now + .seconds(1)))
      let call = pair.simulation.task { [request] in await connection.request(request, deadline: deadline) }
      await pair.peer.request(1)
      await pair.peer.send(FramePeer.frame(Frame.ping, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]))
      #expect(await pair.peer.frame(Frame.ping).payload == [1, 2, 3, 4, 5, 6, 7, 8])
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
    }
  }

  @Test("an empty body ends the stream")  // RULES 5.1.14
  func emptyBody() throws {
    try withPair { pair in
      let call = pair.request(0)
      #expect(await pair.peer.request(1).isEmpty)
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
    }
  }

  @Test("concurrent requests are answered in any order")
  func concurrent() throws {
    try withPair { pair in
      let calls = (0..<20).map { pair.request(100 + $0) }
      for index in (0..<20).reversed() {
        await pair.peer.request(UInt32(2 * index + 1))
        await pair.peer.answer(UInt32(2 * index + 1), body: [UInt8(index)])
      }
      for (index, call) in calls.enumerated() { #expect(await call.value.body == [UInt8(index)]) }
      #expect(await pair.connection.openRequests == 0)
    }
  }

  @Test("after a negative window the rest is sent when the window is positive again")  // RULES 5.6.11
  func negativeWindow() throws {
    try withPair(settings: [(4, 30_000)]) { pair in
      let call = pair.request(40_000)
      while await pair.peer.frames.filter({ $0.type == Frame.data }).map(\.payload.count).reduce(0, +) < 30_000 {
        await pair.simulation.sleep(.milliseconds(1))
      }
      await pair.peer.send(FramePeer.settings([(4, 10)]) + FramePeer.windowUpdate(1, 29_000))
      await pair.simulation.sleep(.milliseconds(5))
      #expect(await pair.peer.frames.filter { $0.type == Frame.data }.map(\.payload.count).reduce(0, +) == 30_000)
      await pair.peer.send(FramePeer.windowUpdate(1, 20_000))
      #expect(await pair.peer.request(1).count == 40_000)
      await pair.peer.answer(1)
      #expect(await call.value.failure == nil)
    }
  }
}
