import GRPCClient
import HTTP2Transport
import OTLPExport
import OTLPTesting
import TelemetryCore

/// Support for gRPC's own tests (5.11): a channel to a server on a virtual clock, and messages.
enum Conformance {
  /// A message with the prefix: a field that OTLP doesn't know, of `count` bytes with the tag.
  static func message(_ count: Int) -> BufferSlice {
    guard count > 0 else { return emptyMessage }
    return BufferSlice(framed(bytes(count)))
  }

  /// The compressed form of `message`.
  static func compressedMessage(_ count: Int) -> BufferSlice { BufferSlice(compressed(bytes(count))) }

  private static func bytes(_ count: Int) -> [UInt8] {
    var field: [UInt8] = [122]  // field 15, bytes
    var left = count - 4
    for index in 0..<3 {
      field.append(UInt8(left & 0x7F) | (index < 2 ? 0x80 : 0))
      left >>= 7
    }
    return field + [UInt8](repeating: 7, count: count - 4)
  }

  static func framed(_ bytes: [UInt8]) -> [UInt8] {
    [0] + [24, 16, 8, 0].map { UInt8(bytes.count >> $0 & 0xFF) } + bytes
  }

  /// A compressed message with gRPC's prefix.
  static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    var message = framed(Gzip.compress(bytes))
    message[0] = 1
    return message
  }

  static let headers = LoopbackCollector.Response.Step.headers([
    .init(":status", "200"), .init("content-type", "application/grpc"),
  ])
  static let ok = LoopbackCollector.Response.Step.trailers([.init("grpc-status", "0")])

  struct Scene: Sendable {
    let simulation: Simulation
    let collector: LoopbackCollector
    let channel: GRPCChannel

    func call(
      _ body: BufferSlice = message(0), _ path: String = exportPath, encoding: GRPCEncoding = .identity,
      extra: [HTTP2Field] = [], within limit: Duration = .seconds(10)
    ) async -> GRPCResult {
      await channel.unary(
        path: path, message: body, encoding: encoding, metadata: extra, deadline: Deadline(simulation.now + limit))
    }
  }

  static func run(
    _ configuration: LoopbackCollector.Configuration = .init(), diagnostics: Diagnostics = .silent,
    _ body: @escaping @Sendable (Scene) async throws -> Void
  ) throws {
    try simulate(seed: 1, limit: .seconds(3600)) { simulation in
      simulation.network.setHost("collector", .addresses([home]))
      let collector = try await LoopbackCollector(configuration, on: place(home), of: simulation)
      let channel = try simulation.channel(diagnostics: diagnostics) { $0.inflater = GzipInflater() }
      try await body(Scene(simulation: simulation, collector: collector, channel: channel))
      await channel.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
      await collector.stop()
    }
  }
}

private struct GzipInflater: MessageInflater {
  func inflate(_ message: UnsafeRawBufferPointer, limit: Int) throws(GzipError) -> [UInt8] {
    try Gzip.inflate(message, limit: limit)
  }
}
