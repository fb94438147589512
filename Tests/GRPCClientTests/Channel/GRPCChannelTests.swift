import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct GRPCChannelTests {
  @Test("a call doesn't wait if a connection is established just before")
  func comesAtOnce() throws {
    try channelScene { scene in
      #expect(await scene.call().code == .ok)
      let before = scene.simulation.now
      #expect(await scene.channel.waitForConnection(until: Deadline(before + .seconds(10))) == nil)
      #expect(scene.simulation.now == before)
    }
  }

  @Test("calls succeed over one connection, with their headers in order (5.1.1)")
  func happy() throws {
    try channelScene(metadata: [.init(name: "X-Tenant", value: "7")]) { scene in
      for _ in 0..<3 {
        let result = await scene.call(extra: [.init(name: "grpc-previous-rpc-attempts", value: "1")])
        #expect(result.code == .ok)
        #expect(result.fate == .processed)
      }
      #expect(scene.collector.counts.connections == 1)
      let request = try #require(scene.collector.requests.first)
      #expect(
        request.headers.map(\.name) == [
          ":method", ":scheme", ":path", ":authority", "grpc-timeout", "te", "content-type",
          "user-agent", "x-tenant", "grpc-previous-rpc-attempts",
        ])
      #expect(request.header(":authority") == "collector:4317")
      #expect(request.header("user-agent") == "test/1")
      // Connecting took a part of the first call's time. The later calls have equal times, which HPACK indexes.
      let timeouts = scene.collector.requests.compactMap { $0.header("grpc-timeout") }
      #expect(timeouts.count == 3)
      #expect(timeouts[0].hasSuffix("000u") && timeouts[0] < "9999999u")
      #expect(timeouts[1...].allSatisfy { $0 == "10000000u" })
    }
  }

  @Test("below a second grpc-timeout is sent in microseconds (5.1.4)")
  func shortTimeout() throws {
    try channelScene { scene in
      _ = await scene.call()
      _ = await scene.call(within: .microseconds(500_123))
      #expect(scene.collector.requests.last?.header("grpc-timeout") == "500123u")
    }
  }

  @Test("a call without a deadline sends no grpc-timeout; gzip is named (5.1.5)")
  func noDeadline() throws {
    try channelScene { scene in
      let result = await scene.channel.unary(path: exportPath, message: emptyMessage, encoding: .gzip, deadline: .never)
      #expect(result.code == .ok)
      let request = try #require(scene.collector.requests.first)
      #expect(request.header("grpc-timeout") == nil)
      #expect(request.header("grpc-encoding") == "gzip")
    }
  }

  @Test("concurrent calls share the connection, even while the channel connects")
  func atOnce() throws {
    try channelScene { scene in
      let calls = (0..<50).map { _ in scene.simulation.task { await scene.call().code } }
      for call in calls { #expect(await call.value == .ok) }
      #expect(scene.collector.counts.connections == 1)
      #expect(scene.collector.counts.requests == 50)
    }
  }

  @Test("the result has the server's status, details and pushback")
  func refused() throws {
    try channelScene { scene in
      scene.collector.script(
        .status(.unavailable, message: "büsy\n", retryDelay: .seconds(2), pushback: "500"),
        .status(.resourceExhausted, message: "full", afterHeaders: true))
      let first = await scene.call()
      #expect(first.code == .unavailable)
      #expect(first.message == "büsy ")
      #expect(first.statusDetails != nil)
      #expect(first.pushback == .retry(after: .milliseconds(500)))
      #expect(first.cause == .server)
      let second = await scene.call()
      #expect(second.code == .resourceExhausted)
      #expect(second.message == "full")
    }
  }

  @Test("gzip responses are inflated up to the limit, and larger ones refused (5.2.9, 5.2.13)")
  func responses() throws {
    try channelScene(limit: 50, inflater: FakeInflater()) { scene in
      let headers = [LoopbackCollector.Field("content-type", "application/grpc"), .init("grpc-encoding", "gzip")]
      scene.collector.script(
        .raw(headers: headers, body: [1, 0, 0, 0, 1, 3]), .raw(headers: headers, body: [1, 0, 0, 0, 1, 51]),
        .raw(body: [0, 0, 0, 0, 50] + [UInt8](repeating: 9, count: 50)),
        .raw(body: [0, 0, 0, 0, 51] + [UInt8](repeating: 9, count: 51)))
      #expect(await scene.call().body == [0, 0, 0])
      #expect(await scene.call().code == .resourceExhausted)
      #expect(await scene.call().body.count == 50)
      #expect(await scene.call().code == .resourceExhausted)
      #expect(scene.collector.requests.first?.header("grpc-accept-encoding") == "identity,gzip")
    }
  }

  @Test("the deadline ends the call and resets the stream (5.5.1, 5.5.2, trap 17)")
  func deadline() throws {
    try channelScene { scene in
      scene.collector.script(.silence)
      let start = scene.simulation.now
      let result = await scene.call(within: .seconds(3))
      #expect(scene.simulation.now - start == .seconds(3))
      #expect(result.code == .deadlineExceeded)
      #expect(result.cause == .deadline)
      #expect(result.fate == .unknown)
      await scene.simulation.sleep(.seconds(1))
      #expect(scene.collector.counts.clientResets == 1)
      #expect(await scene.call().code == .ok)
      #expect(scene.collector.counts.connections == 1)
    }
  }

  @Test("a cancelled caller resets the stream")
  func cancelled() throws {
    try channelScene { scene in
      scene.collector.script(.silence)
      let call = scene.simulation.task { await scene.call() }
      await scene.simulation.sleep(.seconds(1))
      call.cancel()
      let result = await call.value
      #expect(result.code == .cancelled)
      #expect(result.cause == .cancelled)
      await scene.simulation.sleep(.seconds(1))
      #expect(scene.collector.counts.clientResets == 1)
    }
  }
}
