import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK

/// A delivery to a scripted server in a simulation.
struct DeliveryFixture {
  let simulation: Simulation
  let client: ScriptedClient
  let delivery: Delivery
  let log = EventLog()

  init(
    _ simulation: Simulation, _ steps: [ScriptedClient.Step] = [], standard: ScriptedClient.Step = .accept,
    limits: LearnedMessageLimits = LearnedMessageLimits(), governor: CompressionGovernor = CompressionGovernor(),
    configure: (inout OTLPConfiguration) -> Void = { _ in }
  ) {
    self.simulation = simulation
    client = ScriptedClient(simulation.loop, steps, standard: standard)
    delivery = .simulated(
      client, simulation, limits: limits, governor: governor, diagnostics: log.diagnostics, configure: configure)
  }

  func export(_ count: Int = 10, within: Duration = .seconds(30)) async -> ExportOutcome {
    await delivery.export(SpanBatch(StandardWorkload().spans(0..<count)), deadline: Deadline(simulation.now + within))
  }

  /// The pauses between the calls.
  var pauses: [Duration] {
    let calls = client.calls
    return zip(calls, calls.dropFirst()).map { $1.time - $0.time }
  }

  func events(_ message: String) -> [DiagnosticEvent] { log.events.filter { $0.message.contains(message) } }
}

/// The delivery behind a processor.
struct DeliveryExporter: SpanExporter, LoopExporter {
  let delivery: Delivery

  var maxConcurrentExports: Int { delivery.room }
  var loop: TelemetryLoop? { delivery.loop }
  var appliesExportTimeout: Bool { true }
  func share(_ budget: ByteBudget) { delivery.share(budget) }
  func observeRoom(_ observer: @escaping @Sendable () -> Void) { delivery.observeRoom(observer) }
  func export(_ batch: consuming SpanBatch, deadline: Deadline) async -> ExportOutcome {
    await delivery.export(consume batch, deadline: deadline)
  }
  func export(_ batch: consuming SpanBatch, timeout: Duration, deadline: Deadline) async -> ExportOutcome {
    await delivery.export(consume batch, timeout: timeout, deadline: deadline)
  }
  func expedite(deadline: Deadline) async { await delivery.expedite(deadline: deadline) }
  func forceFlush(deadline: Deadline) async -> Bool { await delivery.flush(deadline: deadline) }
  func shutdown(deadline: Deadline) async { await delivery.shutdown(deadline: deadline) }
}

extension Delivery {
  nonisolated var selfMetrics: SelfMetrics { selfMetrics(of: .traces) }

  func flush(deadline: Deadline) async -> Bool { await flush(.traces, deadline: deadline) }

  func shutdown(deadline: Deadline) async {
    await end(.traces, deadline: deadline)
    await close(deadline: deadline)
  }

  /// A delivery over `client` in a simulation, without compression.
  static func simulated(
    _ client: any ExportClient, _ simulation: Simulation, limits: LearnedMessageLimits = LearnedMessageLimits(),
    governor: CompressionGovernor = CompressionGovernor(), diagnostics: Diagnostics = .silent,
    configure: (inout OTLPConfiguration) -> Void = { _ in }
  ) -> Delivery {
    var configuration = OTLPConfiguration(endpoint: "http://server:4317")
    configuration.compression.set(.none)
    configure(&configuration)
    guard let servers = try? configuration.validate() else { preconditionFailure("\(configuration)") }
    return Delivery(
      configuration, servers: servers, client: client, loop: simulation.loop, limits: limits, governor: governor,
      diagnostics: diagnostics, random: SeededRandom(seed: simulation.seed))
  }
}
