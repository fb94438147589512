import Glibc
import HTTP2Transport
import OTLPGRPC
import OTLPTesting
import Synchronization
import TelemetryCore
import TelemetrySDK
import TestSupport

/// The folder of the test certificates, which are renewed when old.
let certificates: String = {
  let root = String("\(#filePath)".split(separator: "/Tests/", maxSplits: 1)[0])
  let folder = root + "/Fixtures/TLS"
  precondition(system("'\(root)/Fixtures/make_certificates.sh' '\(folder)'") == 0, "no test certificates")
  return folder + "/"
}()

/// Records diagnostics.
final class EventLog: Sendable {
  private let kept = Mutex<[DiagnosticEvent]>([])

  var events: [DiagnosticEvent] { kept.withLock { $0 } }

  var diagnostics: Diagnostics {
    Diagnostics { event in self.kept.withLock { $0.append(event) } }
  }
}

/// A collector and an exporter to it in a simulation.
struct ExporterScene: Sendable {
  let simulation: Simulation
  let collector: LoopbackCollector
  let exporter: OTLPGRPCExporter
  let log = EventLog()

  init(
    _ simulation: Simulation, collector: LoopbackCollector.Configuration = .init(),
    configure: (inout OTLPGRPCExporter.Configuration) -> Void = { _ in }
  ) async throws {
    self.simulation = simulation
    simulation.network.setHost("collector", .addresses([0x0A00_0001]))
    self.collector = try await LoopbackCollector(collector, on: .ipv4(0x0A00_0001, port: 4317), of: simulation)
    var configuration = OTLPGRPCExporter.Configuration(endpoint: "http://collector:4317")
    configure(&configuration)
    exporter = try OTLPGRPCExporter(
      configuration, loop: simulation.loop, network: simulation.network, diagnostics: log.diagnostics,
      seed: simulation.seed)
  }

  func export(_ count: Int = 20, within: Duration = .seconds(30)) async -> ExportOutcome {
    await exporter.export(SpanBatch(StandardWorkload().spans(0..<count)), deadline: Deadline(simulation.now + within))
  }

  func end() async {
    await exporter.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
    await collector.stop()
  }
}

func scene(
  seed: UInt64 = 1, collector: LoopbackCollector.Configuration = .init(),
  configure: @escaping @Sendable (inout OTLPGRPCExporter.Configuration) -> Void = { _ in },
  _ body: @escaping @Sendable (ExporterScene) async throws -> Void
) throws {
  try simulate(seed: seed, limit: .seconds(3600)) { simulation in
    let scene = try await ExporterScene(simulation, collector: collector, configure: configure)
    try await body(scene)
    await scene.end()
  }
}

/// Counts from 1.
final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}

extension OTLPGRPCExporter.Configuration {
  /// For real sockets: no attempt ends because the machine is busy.
  static func patient(_ endpoint: String? = nil) -> Self {
    var configuration = Self()
    if let endpoint { configuration.endpoint = endpoint }
    configuration.timeout = Loopback.patience
    return configuration
  }
}
