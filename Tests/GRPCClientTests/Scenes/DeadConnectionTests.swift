import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
private let message = BufferSlice([0, 0, 0, 0, 0])

/// A call's time-out is decided about in `TimeoutWatch`; here is what the channel makes of it.
@Suite(.ownThreads) struct DeadConnectionTests {
  private final class Said: Sendable {
    let list = Mutex<[String]>([])
  }

  private static func channel(_ simulation: Simulation, _ said: Said) throws -> GRPCChannel {
    simulation.network.setHost("collector", .addresses([0x0A00_0001]))
    return try GRPCChannel(
      configuration: .init(target: .host("collector", port: 4317), backoff: .init(seed: simulation.seed)),
      network: simulation.network, loop: simulation.loop,
      diagnostics: Diagnostics { event in said.list.withLock { $0.append("\(event.level) \(event.message)") } })
  }

  /// Calls at a steady pace; how many were lost, and how long after the first loss one was answered.
  private static func steadyCalls(
    every pause: Duration, for time: Duration, within limit: Duration, _ channel: GRPCChannel, _ simulation: Simulation
  ) async -> (lost: Int, outage: Duration) {
    let lost = Mutex<(count: Int, first: MonotonicInstant?, back: MonotonicInstant?)>((0, nil, nil))
    var calls: [Task<Void, Never>] = []
    let end = simulation.now + time
    while simulation.now < end {
      let start = simulation.now
      calls.append(
        simulation.task {
          let result = await channel.unary(path: path, message: message, deadline: Deadline(start + limit))
          lost.withLock { lost in
            if result.code != .ok {
              lost.count += 1
              lost.first = min(lost.first ?? start, start)
            } else if let first = lost.first, start >= first, lost.back == nil {
              lost.back = simulation.now
            }
          }
        })
      await simulation.sleep(pause)
    }
    for call in calls { await call.value }
    return lost.withLock { lost in (lost.count, (lost.back ?? end) - (lost.first ?? lost.back ?? end)) }
  }

  @Test(
    "a connection whose peer is gone is replaced under steady traffic: when the first call's time is over, and 2 s",
    arguments: [(5_000, 10), (1_000, 10), (20_000, 10), (100, 2)])
  func deadPeer(milliseconds: Int, limit: Int) throws {
    try simulate(seed: 1, limit: .seconds(7200)) { simulation in
      let collector = try await LoopbackCollector(on: .ipv4(0x0A00_0001, port: 4317), of: simulation)
      simulation.network.planConnections { _, attempt, _ in
        .link(SimulatedLink(faults: attempt == 1 ? [.deadAfter(.seconds(12))] : []))
      }
      let said = Said()
      let channel = try Self.channel(simulation, said)
      let pause = Duration.milliseconds(milliseconds)
      let (lost, outage) = await Self.steadyCalls(
        every: pause, for: .seconds(120), within: .seconds(limit), channel, simulation)
      // Those that began before the first one's time was over are lost, and no other.
      #expect(lost >= 1 && lost <= limit * 1_000 / milliseconds + 1, "\(lost)")
      #expect(outage <= max(pause, .seconds(limit + 2)) + .milliseconds(500), "\(outage)")
      #expect(collector.counts.connections == 2)
      #expect(said.list.withLock { $0 } == ["info a silent connection is replaced"])
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }

  @Test("a server that answers PINGs but no call is left after three calls in a row; the next connection works")
  func deafServer() throws {
    try simulate(seed: 1, limit: .seconds(7200)) { simulation in
      let collector = try await LoopbackCollector(on: .ipv4(0x0A00_0001, port: 4317), of: simulation)
      collector.onRequest { $0.connection == 1 && $0.stream > 1 ? .silence : .success }
      let said = Said()
      let channel = try Self.channel(simulation, said)
      let (lost, outage) = await Self.steadyCalls(
        every: .seconds(12), for: .seconds(240), within: .seconds(10), channel, simulation)
      #expect(lost == 3)
      #expect(outage <= .seconds(3 * 12 + 1))
      #expect(collector.counts.connections == 2)
      #expect(said.list.withLock { $0 } == ["info a silent connection is replaced"])
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }

  @Test("over real sockets: a connection whose server stops reading is left, and the next one answers")
  func realSockets() async throws {
    let collector = try await LoopbackCollector(runtime: try TelemetryRuntime(.development))
    collector.scriptConnections(.stopReadingAfter(bytesRead: 60))
    let runtime = try TelemetryRuntime(.development)
    let lease = try runtime.acquire()
    defer { lease.end() }
    try await Task(executorPreference: lease.loop) {
      let channel = try GRPCChannel(
        configuration: .init(target: .host("127.0.0.1", port: collector.port)),
        network: SystemNetwork(runtime: runtime),
        loop: lease.loop, diagnostics: .silent)
      var codes: [GRPCStatusCode] = []
      repeat {
        codes.append(
          await channel.unary(path: path, message: message, deadline: .after(.seconds(codes.isEmpty ? 1 : 10))).code)
      } while codes.last != .ok && codes.count < 6
      // Where the server's SETTINGS arrive late, the first call's time isn't one of silence.
      #expect(codes.last == .ok && codes.dropLast().allSatisfy { $0 == .deadlineExceeded })
      await channel.shutdown(deadline: .after(.seconds(1)))
    }.value
    await collector.stop()
  }
}
