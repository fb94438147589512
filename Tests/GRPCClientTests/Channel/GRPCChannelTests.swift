import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
private let message = BufferSlice([0, 0, 0, 0, 0])
private let home: UInt32 = 0x0A00_0001
private let place = SocketAddress.ipv4(home, port: 4317)

/// A collector and a channel to it in a simulation.
private struct Scene: Sendable {
  let simulation: Simulation
  let collector: LoopbackCollector
  let channel: GRPCChannel

  init(
    _ simulation: Simulation, addresses: [UInt32] = [home], metadata: [GRPCMetadata] = [], limit: Int = 4 << 20,
    inflater: (any MessageInflater)? = nil
  ) async throws {
    self.simulation = simulation
    simulation.network.setHost("collector", .addresses(addresses))
    collector = try await LoopbackCollector(on: place, of: simulation)
    channel = try GRPCChannel(
      configuration: .init(
        target: .host("collector", port: 4317), userAgent: "test/1", metadata: metadata, maxResponseBytes: limit,
        inflater: inflater, backoff: .init(seed: simulation.seed)),
      network: simulation.network, loop: simulation.loop, diagnostics: .silent)
  }

  func call(
    _ body: BufferSlice = message, encoding: GRPCEncoding = .identity, extra: [GRPCMetadata] = [],
    within limit: Duration = .seconds(10)
  ) async -> GRPCResult {
    await channel.unary(
      path: path, message: body, encoding: encoding, metadata: extra, deadline: Deadline(simulation.now + limit))
  }

  func end() async {
    await channel.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
    await collector.stop()
  }
}

private func scene<Value: Sendable>(
  seed: UInt64 = 1, addresses: [UInt32] = [home], metadata: [GRPCMetadata] = [], limit: Int = 4 << 20,
  inflater: (any MessageInflater)? = nil, _ body: @escaping @Sendable (Scene) async throws -> Value
) throws -> Value {
  try simulate(seed: seed, limit: .seconds(3600)) { simulation in
    let scene = try await Scene(
      simulation, addresses: addresses, metadata: metadata, limit: limit, inflater: inflater)
    let value = try await body(scene)
    await scene.end()
    return value
  }
}

@Suite(.ownThreads) struct GRPCChannelTests {
  @Test("a call that sets out to wait when the connection has just come doesn't wait")
  func comesAtOnce() throws {
    try scene { scene in
      #expect(await scene.call().code == .ok)
      let before = scene.simulation.now
      #expect(await scene.channel.waitForConnection(until: Deadline(before + .seconds(10))) == nil)
      #expect(scene.simulation.now == before)
    }
  }

  @Test("5.1.1: a call succeeds, with the headers in their order; several use one connection")
  func happy() throws {
    try scene(metadata: [.init(name: "X-Tenant", value: "7")]) { scene in
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
      // The first call's time was cut by the connecting; that of the others is the same, and known to HPACK.
      let timeouts = scene.collector.requests.compactMap { $0.header("grpc-timeout") }
      #expect(timeouts.count == 3)
      #expect(timeouts[0].hasSuffix("000u") && timeouts[0] < "9999999u")
      #expect(timeouts[1...].allSatisfy { $0 == "10000000u" })
    }
  }

  @Test("5.1.4: within the last second the time that is left is sent to the microsecond")
  func shortTimeout() throws {
    try scene { scene in
      _ = await scene.call()
      _ = await scene.call(within: .microseconds(500_123))
      #expect(scene.collector.requests.last?.header("grpc-timeout") == "500123u")
    }
  }

  @Test("5.1.5: no deadline, no grpc-timeout; gzip is named")
  func noDeadline() throws {
    try scene { scene in
      let result = await scene.channel.unary(path: path, message: message, encoding: .gzip, deadline: .never)
      #expect(result.code == .ok)
      let request = try #require(scene.collector.requests.first)
      #expect(request.header("grpc-timeout") == nil)
      #expect(request.header("grpc-encoding") == "gzip")
    }
  }

  @Test("many calls at once share the connection, also those that come while it is being made")
  func atOnce() throws {
    try scene { scene in
      let calls = (0..<50).map { _ in scene.simulation.task { await scene.call().code } }
      for call in calls { #expect(await call.value == .ok) }
      #expect(scene.collector.counts.connections == 1)
      #expect(scene.collector.counts.requests == 50)
    }
  }

  @Test("a status with details and pushback comes through")
  func refused() throws {
    try scene { scene in
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

  @Test("5.2.9, 5.2.13: gzip responses are inflated within the limit; a response over it is refused")
  func responses() throws {
    try scene(limit: 50, inflater: FakeInflater()) { scene in
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

  @Test("5.5.1, 5.5.2, trap 17: at the deadline the call ends and the stream is reset")
  func deadline() throws {
    try scene { scene in
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

  @Test("cancelling the caller resets the stream")
  func cancelled() throws {
    try scene { scene in
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

@Suite(.ownThreads) struct GRPCChannelReconnectTests {
  @Test("5.8.1 to 5.8.3: after a GOAWAY the open call ends on the old connection, the next opens a new one at once")
  func goAway() throws {
    try scene { scene in
      scene.collector.script(.goAway(lastStream: .all, debug: "max_age"))
      #expect(await scene.call().code == .ok)
      let start = scene.simulation.now
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start < .milliseconds(10))
      #expect(scene.collector.counts.connections == 2)
    }
  }

  @Test("5.8.2: a call above the last stream of an orderly GOAWAY goes over another connection at once")
  func goAwayUnprocessed() throws {
    try scene { scene in
      scene.collector.script(.goAway(lastStream: .none))
      let start = scene.simulation.now
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start < .milliseconds(20))
      #expect(scene.collector.counts.connections == 2)
    }
  }

  @Test("5.8.2: a server that never looks at a call and ends each connection gets them with pauses, to the deadline")
  func goAwayForEver() throws {
    try scene { scene in
      scene.collector.onRequest { _ in .goAway(lastStream: .none) }
      let start = scene.simulation.now
      let result = await scene.call(within: .seconds(10))
      #expect(result.code == .unavailable)
      #expect(scene.simulation.now - start == .seconds(10))
      #expect((5...40).contains(scene.collector.counts.connections), "\(scene.collector.counts)")
    }
  }

  @Test("5.8.2: a call above the last stream of a GOAWAY with an error was never processed, and the caller learns that")
  func goAwayUnprocessedWithError() throws {
    try scene { scene in
      scene.collector.script(.goAway(.internalError, lastStream: .none))
      let result = await scene.call()
      #expect(result.code == .unavailable)
      #expect(result.fate == .neverProcessed)
      #expect(result.cause == .transport)
      #expect(await scene.call().code == .ok)
    }
  }

  @Test("5.4: REFUSED_STREAM was never processed")
  func refusedStream() throws {
    try scene { scene in
      scene.collector.script(.reset(.refusedStream))
      let result = await scene.call()
      #expect(result.code == .unavailable)
      #expect(result.fate == .neverProcessed)
      #expect(scene.collector.counts.connections == 1)
    }
  }

  @Test("5.9.10: a connection that is lost ends its calls; the next comes up again, a moment later")
  func lost() throws {
    try scene { scene in
      #expect(await scene.call().code == .ok)
      scene.collector.script(.closeConnection())
      let result = await scene.call()
      #expect(result.code == .unavailable)
      #expect(result.cause == .transport)
      #expect(result.fate == .unknown)
      let start = scene.simulation.now
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start < .milliseconds(1_010))
      #expect(scene.collector.counts.connections == 2)
    }
  }

  @Test("an idle connection that is lost is replaced by the next call; none is made before")
  func idle() throws {
    try scene { scene in
      #expect(await scene.call().code == .ok)
      await scene.collector.closeConnections()
      await scene.simulation.sleep(.seconds(60))
      #expect(scene.collector.counts.connections == 1)
      #expect(await scene.call().code == .ok)
      #expect(scene.collector.counts.connections == 2)
    }
  }

  @Test("a server that says GOAWAY at once each time isn't flooded with connections")
  func goAwayAtOnce() throws {
    try scene { scene in
      scene.collector.onRequest { _ in .goAway(lastStream: .none) }
      let deadline = Deadline(scene.simulation.now + .seconds(10))
      while !deadline.hasPassed(at: scene.simulation.now) { _ = await scene.call() }
      #expect(scene.collector.counts.connections < 50)
    }
  }

  @Test("every address is tried in turn; one that is silent doesn't take the others' time")
  func addresses() throws {
    try scene(addresses: [0x0A00_0009, 0x0A00_0008, home]) { scene in
      scene.simulation.network.planConnections { address, _, _ in
        switch address {
        case .ipv4(0x0A00_0009, _): .ignore
        case .ipv4(0x0A00_0008, _): .refuse
        default: .link(SimulatedLink())
        }
      }
      let start = scene.simulation.now
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start < .seconds(3))
    }
  }

  @Test("calls wait for a server that comes up later")
  func waitsForReady() throws {
    try scene { scene in
      let start = scene.simulation.now
      scene.simulation.network.planConnections { _, attempt, _ in attempt < 4 ? .refuse : .link(SimulatedLink()) }
      #expect(await scene.call().code == .ok)
      #expect(scene.simulation.now - start > .seconds(3))
    }
  }

  @Test("a server that accepts and is silent: the call ends at its deadline, and the connection attempt goes on")
  func silentServer() throws {
    try scene { scene in
      scene.collector.scriptConnections(.silence, .silence)
      let start = scene.simulation.now
      let result = await scene.call(within: .seconds(5))
      #expect(result.code == .unavailable)
      #expect(result.cause == .connect)
      #expect(scene.simulation.now - start == .seconds(5))
      // It would be given up after 20 s (5.9.1); another one runs beside it after 4 s each.
      #expect(await scene.call(within: .seconds(30)).code == .ok)
      #expect(scene.simulation.now - start >= .seconds(8) && scene.simulation.now - start < .seconds(9))
    }
  }

  @Test("a server that speaks HTTP/1 is recognized")
  func http1() throws {
    try scene { scene in
      let reply = LoopbackCollector.ConnectionBehavior.reply(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
      scene.collector.scriptConnections(reply, reply, reply, reply)
      let result = await scene.call(within: .seconds(3))
      #expect(result.connectFailure?.contains("HTTP/1") == true)
    }
  }
}

@Suite(.ownThreads) struct GRPCChannelShutdownTests {
  @Test("shutdown lets open calls end, and closes in order")
  func orderly() throws {
    try scene { scene in
      scene.collector.script(LoopbackCollector.Response.success.delayed(by: .seconds(2)))
      let call = scene.simulation.task { await scene.call() }
      await scene.simulation.sleep(.seconds(1))
      let start = scene.simulation.now
      await scene.channel.shutdown(deadline: Deadline(start + .seconds(5)))
      #expect(scene.simulation.now - start < .milliseconds(1_010))
      #expect(await call.value.code == .ok)
      let later = await scene.call()
      #expect(later.code == .unavailable)
      #expect(later.cause == .connect)
    }
  }

  @Test("shutdown ends by its deadline and fails the calls that are left")
  func deadline() throws {
    try scene { scene in
      scene.collector.script(.silence)
      let call = scene.simulation.task { await scene.call(within: .seconds(100)) }
      await scene.simulation.sleep(.seconds(1))
      let start = scene.simulation.now
      await scene.channel.shutdown(deadline: Deadline(start + .seconds(2)))
      #expect(scene.simulation.now - start == .seconds(2))
      let result = await call.value
      #expect(result.code == .unavailable)
      #expect(result.fate == .unknown)
    }
  }

  @Test("shutdown while connecting leaves no connection behind")
  func whileConnecting() throws {
    try scene { scene in
      scene.collector.scriptConnections(.silence)
      let call = scene.simulation.task { await scene.call(within: .seconds(100)) }
      await scene.simulation.sleep(.seconds(1))
      await scene.channel.shutdown(deadline: Deadline(scene.simulation.now + .seconds(2)))
      #expect(await call.value.cause == .connect)
      await scene.simulation.sleep(.seconds(30))
      #expect(scene.simulation.network.openConnections == 0)
    }
  }

  @Test("a channel that is let go of closes its connection")
  func released() throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      do {
        let scene = try await Scene(simulation)
        #expect(await scene.call().code == .ok)
      }
      await simulation.sleep(.seconds(1))
      #expect(simulation.network.openConnections == 0)
    }
  }
}
