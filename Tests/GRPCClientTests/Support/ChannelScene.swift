import HTTP2Transport
import OTLPTesting
import TelemetryCore

@testable import GRPCClient

/// The path of OTLP's trace service.
let exportPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
/// A message of no bytes with gRPC's prefix.
let emptyMessage = BufferSlice([0, 0, 0, 0, 0])
/// The address of the collector.
let home: UInt32 = 0x0A00_0001

func place(_ number: UInt32) -> SocketAddress { .ipv4(number, port: 4317) }
func place6(_ number: UInt64) -> SocketAddress { .ipv6(high: 0, low: number, port: 4317, scope: 0) }

extension Simulation {
  /// A channel to the name `collector`.
  func channel(
    diagnostics: Diagnostics = .silent, _ change: (inout GRPCChannelConfiguration) -> Void = { _ in }
  ) throws -> GRPCChannel {
    var configuration = GRPCChannelConfiguration(target: .host("collector", port: 4317), backoff: .init(seed: seed))
    change(&configuration)
    return try GRPCChannel(configuration: configuration, network: network, loop: loop, diagnostics: diagnostics)
  }

  /// Makes a call with an empty message.
  func call(_ channel: GRPCChannel, within limit: Duration) async -> GRPCResult {
    await channel.unary(path: exportPath, message: emptyMessage, deadline: Deadline(now + limit))
  }
}

/// A collector and a channel in a simulation.
struct ChannelScene: Sendable {
  let simulation: Simulation
  let collector: LoopbackCollector
  let channel: GRPCChannel

  init(
    _ simulation: Simulation, addresses: [UInt32] = [home], metadata: [HTTP2Field] = [], limit: Int = 4 << 20,
    inflater: (any MessageInflater)? = nil
  ) async throws {
    self.simulation = simulation
    simulation.network.setHost("collector", .addresses(addresses))
    collector = try await LoopbackCollector(on: place(home), of: simulation)
    channel = try simulation.channel {
      ($0.userAgent, $0.metadata, $0.maxResponseBytes, $0.inflater) = ("test/1", metadata, limit, inflater)
    }
  }

  func call(
    _ body: BufferSlice = emptyMessage, encoding: GRPCEncoding = .identity, extra: [HTTP2Field] = [],
    within limit: Duration = .seconds(10)
  ) async -> GRPCResult {
    await channel.unary(
      path: exportPath, message: body, encoding: encoding, metadata: extra, deadline: Deadline(simulation.now + limit))
  }

  func end() async {
    await channel.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
    await collector.stop()
  }
}

func channelScene<Value: Sendable>(
  seed: UInt64 = 1, addresses: [UInt32] = [home], metadata: [HTTP2Field] = [], limit: Int = 4 << 20,
  inflater: (any MessageInflater)? = nil, _ body: @escaping @Sendable (ChannelScene) async throws -> Value
) throws -> Value {
  try simulate(seed: seed, limit: .seconds(3600)) { simulation in
    let scene = try await ChannelScene(
      simulation, addresses: addresses, metadata: metadata, limit: limit, inflater: inflater)
    let value = try await body(scene)
    await scene.end()
    return value
  }
}
