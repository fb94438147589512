import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

/// The channel's reaction to connections that are dead, which `HTTP2Connection` finds out.
@Suite(.ownThreads) struct DeadConnectionTests {
  private final class Log: Sendable {
    let list = Mutex<[String]>([])
  }

  private static func channel(_ simulation: Simulation, _ reported: Log) throws -> GRPCChannel {
    simulation.network.setHost("collector", .addresses([home]))
    return try simulation.channel(
      diagnostics: Diagnostics { event in reported.list.withLock { $0.append("\(event.level) \(event.message)") } })
  }

  /// Calls at a steady pace.
  /// - Returns: The number of lost calls, and the time from the start of the first to the next answer.
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
          let result = await channel.unary(path: exportPath, message: emptyMessage, deadline: Deadline(start + limit))
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
    "steady traffic replaces a connection to a dead peer 2 s after the first call's deadline",
    arguments: [(5_000, 10), (1_000, 10), (20_000, 10), (100, 2)])
  func deadPeer(milliseconds: Int, limit: Int) throws {
    try simulate(seed: 1, limit: .seconds(7200)) { simulation in
      let collector = try await LoopbackCollector(on: place(home), of: simulation)
      simulation.network.planConnections { _, attempt, _ in
        .link(SimulatedLink(faults: attempt == 1 ? [.deadAfter(.seconds(12))] : []))
      }
      let reported = Log()
      let channel = try Self.channel(simulation, reported)
      let pause = Duration.milliseconds(milliseconds)
      let (lost, outage) = await Self.steadyCalls(
        every: pause, for: .seconds(120), within: .seconds(limit), channel, simulation)
      // Only the calls that began before the first call's deadline are lost.
      #expect(lost >= 1 && lost <= limit * 1_000 / milliseconds + 1, "\(lost)")
      #expect(outage <= max(pause, .seconds(limit + 2)) + .milliseconds(500), "\(outage)")
      #expect(collector.counts.connections == 2)
      #expect(reported.list.withLock { $0 } == ["info a silent connection is replaced"])
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }

  @Test("a server that answers PINGs and no calls is left after three consecutive calls")
  func deafServer() throws {
    try simulate(seed: 1, limit: .seconds(7200)) { simulation in
      let collector = try await LoopbackCollector(on: place(home), of: simulation)
      collector.onRequest { $0.connection == 1 && $0.stream > 1 ? .silence : .success }
      let reported = Log()
      let channel = try Self.channel(simulation, reported)
      let (lost, outage) = await Self.steadyCalls(
        every: .seconds(12), for: .seconds(240), within: .seconds(10), channel, simulation)
      #expect(lost == 3)
      #expect(outage <= .seconds(3 * 12 + 1))
      #expect(collector.counts.connections == 2)
      #expect(reported.list.withLock { $0 } == ["info a silent connection is replaced"])
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }

  @Test("over real sockets, a connection to a server that stops reading is replaced")
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
          await channel.unary(
            path: exportPath, message: emptyMessage, deadline: .after(.seconds(codes.isEmpty ? 1 : 10))
          ).code)
      } while codes.last != .ok && codes.count < 6
      // If the server's SETTINGS arrive late, the first call's time isn't silence.
      #expect(codes.last == .ok && codes.dropLast().allSatisfy { $0 == .deadlineExceeded })
      await channel.shutdown(deadline: .after(.seconds(1)))
    }.value
    await collector.stop()
  }

  @Test(
    "a call after a long silence on a dead connection succeeds over a new connection, before its deadline (pain 31)")
  func halfOpen() throws {
    try simulate(seed: 1, limit: .seconds(7200)) { simulation in
      let collector = try await LoopbackCollector(on: place(home), of: simulation)
      simulation.network.planConnections { _, attempt, _ in
        var link = SimulatedLink()
        // The link carries the preface and one call, then nothing.
        if attempt == 1 { link.faults = [.blackHole(afterBytes: 100, from: .client)] }
        return .link(link)
      }
      simulation.network.setHost("collector", .addresses([home]))
      let channel = try simulation.channel()
      for pause in [600, 10, 31] {
        let start = simulation.now
        let result = await simulation.call(channel, within: .seconds(10))
        #expect(result.code == .ok, "\(result)")
        #expect(simulation.now - start < .seconds(5))
        await simulation.sleep(.seconds(pause))
      }
      #expect(collector.requestCount == 3, "none was sent twice")
      #expect(collector.counts.connections == 2)
      await channel.shutdown(deadline: Deadline(simulation.now))
      await collector.stop()
    }
  }
}
