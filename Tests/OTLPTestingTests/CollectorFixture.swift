import HTTP2Transport
import OTLPTesting
import OTLPWire
import TelemetryCore
import TelemetrySDK

/// A collector on a simulated network, and a raw client that is connected to it.
struct CollectorFixture: Sendable {
  static let address = SocketAddress.ipv4(0x0A00_0001, port: 4317)

  let simulation: Simulation
  let collector: LoopbackCollector
  let client: RawClient

  /// Runs a test with both.
  static func run(
    seed: UInt64 = 1, _ configuration: LoopbackCollector.Configuration = .init(),
    _ connections: [LoopbackCollector.ConnectionBehavior] = [],
    _ body: @escaping @Sendable (CollectorFixture) async throws -> Void
  ) throws {
    try simulate(seed: seed, limit: .seconds(3600)) { simulation in
      let collector = try await LoopbackCollector(configuration, on: address, of: simulation)
      for behavior in connections { collector.scriptConnections(behavior) }
      let client = try await RawClient.connect(simulation, to: address)
      try await body(CollectorFixture(simulation: simulation, collector: collector, client: client))
    }
  }

  static func spans(_ count: Int, seed: UInt64 = 1) -> [SpanData] {
    (0..<count).map { index in
      SpanData(
        traceID: TraceID(high: seed, low: UInt64(index + 1)), spanID: SpanID(UInt64(index + 1)),
        name: "GET /orders/\(index)", startTimeUnixNano: 1_700_000_000_000_000_000,
        endTimeUnixNano: 1_700_000_000_000_000_100)
    }
  }

  /// A request's body: the prefix and the message.
  static func body(_ spans: [SpanData]) -> [UInt8] { ExportRequestEncoder().encode(spans).message.array }
}
