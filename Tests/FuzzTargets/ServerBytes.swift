internal import HTTP2Transport
internal import OTLPGRPC
internal import OTLPTesting
internal import TelemetryCore
internal import TelemetrySDK

/// A server that sends the fuzzer's bytes to whoever connects, on a simulated network.
///
/// The first byte says how: whether the server's SETTINGS come before, whether the rest waits for the request, in which
/// pieces it comes, and whether the server closes after it.
enum ServerBytes {
  private static let address = SocketAddress.ipv4(0x0A00_0001, port: 4317)
  private static let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]

  static func run(_ bytes: [UInt8]) {
    let mode = bytes.first ?? 0
    do {
      try simulate(seed: 1, limit: .seconds(600)) { simulation in
        let network = simulation.network
        network.setHost("server", .addresses([0x0A00_0001]))
        let pieces = [nil, 1...1, 1...16, 1...300][Int(mode >> 4 & 3)]
        network.planConnections { _, _, _ in
          var link = SimulatedLink()
          link.writeSize = pieces
          return .link(link)
        }
        let server = HostileServer(simulation, mode: mode, bytes: Array(bytes.dropFirst()))
        try await server.start(on: address)
        try await export(simulation)
        await server.stop()
      }
    } catch {
      rule(false, "\(error)")
    }
  }

  /// Exports a few spans; whatever the server says, it ends in time and accounts for all of them.
  private static func export(_ simulation: Simulation) async throws {
    let diagnostics = Diagnostics { event in expectOneLine(event.description) }
    let exporter = try OTLPGRPCExporter(
      .init(endpoint: "http://server:4317"), loop: simulation.loop, network: simulation.network,
      diagnostics: diagnostics)
    let spans = StandardWorkload().spans(0..<3)
    let deadline = Deadline(simulation.now + .seconds(3))
    let outcome = await exporter.export(spans, deadline: deadline).resolved(count: spans.count)
    rule(outcome.total == spans.count, "\(outcome)")
    rule(Deadline(simulation.now) <= deadline, "the export ended late")
    if let error = outcome.error { expectOneLine("\(error)") }
    let end = Deadline(simulation.now + .seconds(1))
    await exporter.shutdown(deadline: end)
    rule(Deadline(simulation.now) <= end, "the shutdown ended late")
  }

  /// What the first byte asks for.
  struct Mode {
    let byte: UInt8
    var hasSettings: Bool { byte & 1 == 0 }
    var waitsForRequest: Bool { byte & 2 == 0 }
    var closes: Bool { byte & 4 != 0 }
  }

  static func greeting(_ mode: Mode) -> [UInt8] { mode.hasSettings ? settings : [] }
}
