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

/// A collector and a channel to it in a simulation.
struct ChannelScene: Sendable {
  let simulation: Simulation
  let collector: LoopbackCollector
  let channel: GRPCChannel

  init(
    _ simulation: Simulation, addresses: [UInt32] = [home], metadata: [GRPCMetadata] = [], limit: Int = 4 << 20,
    inflater: (any MessageInflater)? = nil
  ) async throws {
    self.simulation = simulation
    simulation.network.setHost("collector", .addresses(addresses))
    collector = try await LoopbackCollector(on: place(home), of: simulation)
    channel = try GRPCChannel(
      configuration: .init(
        target: .host("collector", port: 4317), userAgent: "test/1", metadata: metadata, maxResponseBytes: limit,
        inflater: inflater, backoff: .init(seed: simulation.seed)),
      network: simulation.network, loop: simulation.loop, diagnostics: .silent)
  }

  func call(
    _ body: BufferSlice = emptyMessage, encoding: GRPCEncoding = .identity, extra: [GRPCMetadata] = [],
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
  seed: UInt64 = 1, addresses: [UInt32] = [home], metadata: [GRPCMetadata] = [], limit: Int = 4 << 20,
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
