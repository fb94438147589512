import HTTP2Transport
import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct SimulatedNetworkTests {
  static let address = SocketAddress.ipv4(0x0A00_0001, port: 4317)

  private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) } }

  private struct Ends {
    let client: PipeClient
    let server: PipeClient
  }

  private static func ends(_ simulation: Simulation, _ link: SimulatedLink) async throws -> Ends {
    let (network, loop) = (simulation.network, simulation.loop)
    let number = network.connectEnds(link)
    let ends = Ends(
      client: PipeClient(loop: loop, transport: network.end(of: number, .client, on: loop)),
      server: PipeClient(loop: loop, transport: network.end(of: number, .server, on: loop)))
    try await ends.client.start()
    try await ends.server.start()
    return ends
  }

  @Test("all bytes arrive in order", arguments: 0..<20)
  func everyByteArrivesInOrder(seed: Int) throws {
    try simulate(seed: UInt64(seed)) { simulation in
      var link = SimulatedLink()
      link.writeSize = 1...4000
      link.bufferSize = 10_000
      let ends = try await Self.ends(simulation, link)
      let sent = Self.bytes(200_000)
      await ends.client.send(sent)
      await simulation.sleep(.seconds(10))
      #expect(await ends.server.received == sent)
      await ends.client.close()
      #expect(await ends.server.end(within: .seconds(1)) == .end)
    }
  }

  @Test("a reader that stops blocks the writer")
  func readerThatStopsHoldsTheWriter() throws {
    try simulate(seed: 3) { simulation in
      var link = SimulatedLink()
      link.bufferSize = 1000
      let ends = try await Self.ends(simulation, link)
      await ends.server.pauseReading(true)
      await ends.client.send(Self.bytes(5000))
      await simulation.sleep(.seconds(1))
      #expect(await ends.client.unsentCount == 4000)
      await ends.server.pauseReading(false)
      await simulation.sleep(.seconds(1))
      #expect(await ends.server.received == Self.bytes(5000))
    }
  }

  @Test("a cut resets both ends after the bytes before it", arguments: [0, 1, 999, 1000, 4999])
  func connectionIsLostAtAnyByte(cut: Int) throws {
    try simulate(seed: 5) { simulation in
      let ends = try await Self.ends(simulation, SimulatedLink(faults: [.cut(afterBytes: cut, from: .client)]))
      await ends.client.send(Self.bytes(5000))
      await ends.client.send(Self.bytes(1))
      guard case .failed = await ends.server.end(within: .seconds(1)) else {
        Issue.record("the server saw no reset")
        return
      }
      guard case .failed = await ends.client.end(within: .seconds(1)) else {
        Issue.record("the client saw no reset")
        return
      }
      #expect(await ends.server.received == Array(Self.bytes(5000).prefix(cut)))
    }
  }

  @Test("a black hole loses bytes without an error")
  func blackHoleTellsNobody() throws {
    try simulate(seed: 5) { simulation in
      let ends = try await Self.ends(simulation, SimulatedLink(faults: [.blackHole(afterBytes: 0, from: .client)]))
      await ends.client.send(Self.bytes(100))
      await ends.client.close()
      #expect(await ends.server.end(within: .seconds(3600)) == nil)
      #expect(await ends.server.received.isEmpty)
    }
  }

  @Test("a stall delays bytes")
  func stallDelays() throws {
    try simulate(seed: 5) { simulation in
      let fault = SimulatedLink.Fault.stall(afterBytes: 10, from: .client, for: .seconds(30))
      let ends = try await Self.ends(simulation, SimulatedLink(faults: [fault]))
      await ends.client.send(Self.bytes(100))
      await simulation.sleep(.seconds(29))
      #expect(await ends.server.received.isEmpty)
      await simulation.sleep(.seconds(2))
      #expect(await ends.server.received.count == 100)
    }
  }

  @Test("names resolve, change, fail or time out")
  func namesResolveFailAndChange() throws {
    try simulate(seed: 1) { simulation in
      let network = simulation.network
      let deadline = Deadline(simulation.now + .seconds(5))
      network.setHost("a", .addresses([1, 2]))
      network.setHost("silent", .ignored)
      let both = try await network.resolve(host: "a", port: 9, deadline: deadline)
      #expect(both == [.ipv4(1, port: 9), .ipv4(2, port: 9)])
      network.setHost("a", .addresses([3]))
      let changed = try await network.resolve(host: "a", port: 9, deadline: deadline)
      #expect(changed == [.ipv4(3, port: 9)])
      network.setHost("a", .fails(reason: "gone"))
      await #expect(throws: NetworkError.unresolved(host: "a", reason: "gone")) {
        try await network.resolve(host: "a", port: 9, deadline: deadline)
      }
      await #expect(throws: NetworkError.timedOut(address: nil)) {
        try await network.resolve(host: "silent", port: 9, deadline: deadline)
      }
      #expect(deadline.instant == simulation.now)
    }
  }

  private static func connectError(_ simulation: Simulation) async -> NetworkError? {
    do throws(NetworkError) {
      _ = try await simulation.network.connect(
        to: address, on: simulation.loop, deadline: Deadline(simulation.now + .seconds(2)))
      return nil
    } catch {
      return error
    }
  }

  @Test("attempts to connect are accepted, refused or ignored")
  func connectsAreAcceptedRefusedOrIgnored() throws {
    try simulate(seed: 1) { simulation in
      let network = simulation.network
      let refused = await Self.connectError(simulation)
      let listener = network.listen(on: Self.address, loop: simulation.loop)
      #expect(await Self.connectError(simulation) == nil)
      #expect(listener.accept() != nil)
      #expect(listener.accept() == nil)
      network.planConnections { _, _, _ in .refuse }
      #expect(await Self.connectError(simulation) == refused)
      network.planConnections { _, _, _ in .ignore }
      let start = simulation.now
      #expect(await Self.connectError(simulation) == .timedOut(address: Self.address))
      #expect(simulation.now - start == .seconds(2))
    }
  }

  private static func trace(seed: UInt64) throws -> VirtualClock.Trace {
    try simulate(seed: seed) { simulation in
      var link = SimulatedLink()
      link.writeSize = 1...3000
      let ends = try await Self.ends(simulation, link)
      await ends.client.send(Self.bytes(50_000))
      await ends.server.send(Self.bytes(50_000))
      await simulation.sleep(.seconds(1))
      return simulation.trace
    }
  }

  @Test("a seed has the same trace in each run")
  func sameSeedSameTrace() throws {
    let first = try Self.trace(seed: 42)
    #expect(try Self.trace(seed: 42) == first)
    #expect(try Self.trace(seed: 43) != first)
    #expect(first.count > 100)
  }
}
