import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads)
struct TLSConnectionTests {
  private func withTLSPair(
    link: SimulatedLink = SimulatedLink(), server: TLSServerConfiguration = .test("server"), host: String = "localhost",
    _ body: @escaping @Sendable (Pair) async throws -> Void
  ) throws {
    let serverContext = try TLSServerContext(server)
    let clientContext = try TLSContext(client: .test())
    try simulate(seed: 3, limit: .seconds(600)) { simulation in
      let number = simulation.network.connectEnds(link)
      let loop = simulation.loop
      let peer = FramePeer(
        loop: loop, transport: simulation.network.end(of: number, .server, on: loop),
        tls: try TLSEngine(server: serverContext))
      let events = Pair.Events()
      let connection = HTTP2Connection(
        loop: loop, transport: simulation.network.end(of: number, .client, on: loop),
        tls: try TLSEngine(client: clientContext, host: host)
      ) { events.append($0) }
      try await peer.start()
      try await body(Pair(simulation: simulation, connection: connection, peer: peer, events: events))
      await connection.close(deadline: Deadline(simulation.now))
      await peer.close()
    }
  }

  @Test(
    "requests are sent over TLS in writes of any size, and frame and record coincide", arguments: [1...9, 1...70_000])
  func requests(size: ClosedRange<Int>) throws {
    var link = SimulatedLink()
    link.writeSize = size
    try withTLSPair(link: link) { pair in
      try await pair.start()
      let call = pair.request(40_000)
      #expect(await pair.peer.request(1) == Pair.message(40_000).body.array)
      await pair.peer.answer(1, body: [7])
      #expect(await call.value.body == [7])
      let sizes = await pair.peer.frames.filter { $0.type == Frame.data }.map(\.payload.count)
      #expect(sizes == [16_375, 16_375, 7_250])
      await pair.connection.close(deadline: .never)
      await pair.peer.end()
      #expect(await pair.peer.frame(Frame.goAway).code == 0)
    }
  }

  @Test("a certificate for another name fails the start")
  func wrongHost() throws {
    try withTLSPair(host: "elsewhere.example") { pair in
      let error = await #expect(throws: HTTP2ConnectError.self) { try await pair.start() }
      guard case .tls(let tls) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(tls.code == .wrongHost)
    }
  }

  @Test("a server that closes during the handshake or afterwards is an error")
  func closed() throws {
    try withTLSPair(link: SimulatedLink(faults: [.cut(afterBytes: 400, from: .server)])) { pair in
      await #expect(throws: HTTP2ConnectError.self) { try await pair.start() }
    }
    try withTLSPair { pair in
      try await pair.start()
      let call = pair.request()
      await pair.peer.request(1)
      await pair.peer.close()
      guard case .connectionLost = await call.value.failure else {
        Issue.record("\(await call.value)")
        return
      }
      #expect(await call.value.fate == .unknown)
    }
  }

  @Test("a server that never answers the handshake fails the start at the deadline")
  func silent() throws {
    try withTLSPair(link: SimulatedLink(faults: [.blackHole(afterBytes: 0, from: .server)])) { pair in
      let start = pair.simulation.now
      await #expect(throws: HTTP2ConnectError.timedOut) { try await pair.start() }
      #expect(pair.simulation.now - start == .seconds(5))
    }
  }
}
