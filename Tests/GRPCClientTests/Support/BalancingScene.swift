import HTTP2Transport
import OTLPTesting
import Synchronization
import TelemetryCore
import Testing

@testable import GRPCClient

/// A request with an unknown field of `count` bytes.
func message(_ count: Int) -> BufferSlice {
  guard count > 0 else { return BufferSlice([0, 0, 0, 0, 0]) }
  let length: [UInt8] = [
    UInt8(count & 0x7F) | 0x80, UInt8(count >> 7 & 0x7F) | 0x80, UInt8(count >> 14 & 0x7F),
  ]
  let body = [0xC2, 0x3E] + length + [UInt8](repeating: 7, count: count)
  let prefix = [0] + (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) }
  return BufferSlice(prefix + body)
}

/// Three servers `a`, `b` and `c`. The name `all` resolves to the addresses of all three.
struct BalancingScene: Sendable {
  let simulation: Simulation
  let servers: [LoopbackCollector]
  let channel: GRPCChannel
  let events: Events

  func call(_ bytes: Int = 0, within limit: Duration = .seconds(10)) async -> GRPCResult {
    await channel.unary(path: exportPath, message: message(bytes), deadline: Deadline(simulation.now + limit))
  }

  /// Calls every `pause` for a time.
  /// - Returns: The codes of failed calls.
  func calls(every pause: Duration, for time: Duration) async -> [GRPCStatusCode] {
    var failed: [GRPCStatusCode] = []
    let end = simulation.now + time
    while simulation.now < end {
      let result = await call()
      if result.code != .ok { failed.append(result.code) }
      await simulation.sleep(pause)
    }
    return failed
  }

  var requests: [Int] { servers.map(\.counts.requests) }
  var open: [Int] { servers.map(\.counts.openConnections) }
  func events(containing text: String) -> [DiagnosticEvent] {
    events.list.withLock { $0.filter { $0.message.contains(text) } }
  }
}

final class Events: Sendable {
  let list = Mutex<[DiagnosticEvent]>([])
}

struct BalancingSettings {
  var targets: [String] = ["a", "b", "c"]
  var policy = LoadBalancing.pickFirst
  var connections = 1
  var age: Duration?
  var server = LoopbackCollector.Configuration()
  var latency = Duration.microseconds(200)
}

func balancingScene(
  _ settings: BalancingSettings = BalancingSettings(), seed: UInt64 = 1,
  _ body: @escaping @Sendable (BalancingScene) async throws -> Void
) throws {
  try simulate(seed: seed, limit: .seconds(24 * 3600)) { simulation in
    let numbers: [UInt32] = [0x0A00_0001, 0x0A00_0002, 0x0A00_0003]
    var servers: [LoopbackCollector] = []
    for (name, number) in zip(["a", "b", "c"], numbers) {
      servers.append(try await LoopbackCollector(settings.server, on: place(number), of: simulation))
      simulation.network.setHost(name, .addresses([number]))
    }
    simulation.network.setHost("all", .addresses(numbers))
    let latency = settings.latency
    simulation.network.planConnections { _, _, _ in
      var link = SimulatedLink()
      link.latency = latency...latency
      link.bufferSize = 4 << 20
      return .link(link)
    }
    var configuration = GRPCChannelConfiguration(
      target: .host("a", port: 4317), backoff: .init(seed: seed), maxConnectionAge: settings.age)
    configuration.targets = settings.targets.map { .host($0, port: 4317) }
    configuration.loadBalancing = settings.policy
    configuration.maxConnections = settings.connections
    let events = Events()
    let channel = try GRPCChannel(
      configuration: configuration, network: simulation.network, loop: simulation.loop,
      diagnostics: Diagnostics { event in events.list.withLock { $0.append(event) } })
    try await run(simulation, servers, channel, events, body)
  }
}

private func run(
  _ simulation: Simulation, _ servers: [LoopbackCollector], _ channel: GRPCChannel, _ events: Events,
  _ body: (BalancingScene) async throws -> Void
) async throws {
  let scene = BalancingScene(simulation: simulation, servers: servers, channel: channel, events: events)
  try await body(scene)
  await channel.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
  for server in servers { await server.stop() }
  await simulation.sleep(.seconds(60))
  #expect(simulation.network.openConnections == 0)
}
