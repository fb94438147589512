internal import HTTP2Transport
internal import OTLPGRPC
internal import OTLPTesting
internal import TelemetryCore
internal import TelemetrySDK

/// A server on a simulated network that sends the fuzzer's bytes on each connection.
///
/// The first byte selects whether SETTINGS precede the bytes, whether the bytes wait for the request, the size of the
/// pieces, whether the server closes at the end, and the time for further attempts.
enum ServerBytes {
  private static let address = SocketAddress.ipv4(0x0A00_0001, port: 4317)
  private static let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
  private static let spans = StandardWorkload().spans(0..<3)

  static func run(_ bytes: [UInt8]) {
    serve(mode: bytes.first ?? 0, Array(bytes.dropFirst()), to: .init(endpoint: "http://server:4317"))
  }

  /// Exports to a server that sends `bytes`.
  static func serve(mode: UInt8, _ bytes: [UInt8], to configuration: OTLPGRPCExporter.Configuration) {
    do {
      try simulate(seed: 1, limit: .seconds(600)) { simulation in
        let network = simulation.network
        network.setHost("server", .addresses([0x0A00_0001]))
        let server = HostileServer(simulation, mode: mode, bytes: bytes)
        try await server.start(on: address)
        try await export(simulation, configuration, within: ServerBytes.Mode(byte: mode).patience)
        await server.stop()
      }
    } catch {
      rule(false, "\(error)")
    }
  }

  /// Exports a few spans, and checks that the export ends in time and accounts for all spans.
  private static func export(
    _ simulation: Simulation, _ configuration: OTLPGRPCExporter.Configuration, within patience: Duration
  ) async throws {
    let diagnostics = Diagnostics { event in expectOneLine(event.description) }
    let exporter = try OTLPGRPCExporter(
      configuration, loop: simulation.loop, network: simulation.network, diagnostics: diagnostics)
    let deadline = Deadline(simulation.now + patience)
    let outcome = await exporter.export(SpanBatch(spans), deadline: deadline).resolved(count: spans.count)
    rule(outcome.total == spans.count, "\(outcome)")
    rule(Deadline(simulation.now) <= deadline, "the export ended late")
    if let error = outcome.error { expectOneLine("\(error)") }
    let end = Deadline(simulation.now + .seconds(1))
    await exporter.shutdown(deadline: end)
    rule(Deadline(simulation.now) <= end, "the shutdown ended late")
  }

  /// The settings in the first byte.
  struct Mode {
    let byte: UInt8
    var hasSettings: Bool { byte & 1 == 0 }
    var waitsForRequest: Bool { byte & 2 == 0 }
    var closes: Bool { byte & 4 != 0 }
    var patience: Duration { byte & 8 != 0 ? .seconds(3) : .milliseconds(500) }

    /// The size of the piece that starts at `position`. Each piece costs time, so the rest is one piece.
    func pieceSize(at position: Int) -> Int {
      guard position < 300 else { return .max }
      return [.max, 1, 1 + position % 16, 1 + position % 101][Int(byte >> 4 & 3)]
    }
  }

  static func greeting(_ mode: Mode) -> [UInt8] { mode.hasSettings ? settings : [] }
}
