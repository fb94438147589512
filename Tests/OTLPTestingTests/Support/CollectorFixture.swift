import HTTP2Transport
import OTLPExport
import OTLPTesting
import OTLPWire
import TelemetryCore
import TelemetrySDK

/// A collector on a simulated network, and a raw client with a connection to the collector.
struct CollectorFixture: Sendable {
  static let address = SocketAddress.ipv4(0x0A00_0001, port: 4317)

  let simulation: Simulation
  let collector: LoopbackCollector
  let client: RawClient

  /// Runs `body` in a simulation with a collector and a client.
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

  /// The body of a request: the gRPC prefix and the message.
  static func body(_ spans: [SpanData]) -> [UInt8] { ExportRequestEncoder().encode(SpanBatch(spans)).message.array }

  /// The body of a request with a compressed message.
  static func gzipBody(_ message: [UInt8]) -> [UInt8] {
    let packed = Gzip.compress(message)
    let count = UInt32(packed.count)
    return [1, UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)] + packed
  }
}
