import HTTP2Transport
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import Testing

/// Processor, exporter, channel, connection and server together, over a network and with a server that fail.
@Suite struct EndToEndSimulationTests {
  /// One run: what takes part, and what was found wrong.
  private actor World {
    nonisolated let simulation: Simulation
    nonisolated var unownedExecutor: UnownedSerialExecutor { simulation.loop.asUnownedSerialExecutor() }
    let collector: LoopbackCollector
    let exporter: OTLPGRPCExporter
    let processor: BatchSpanProcessor
    let queueLimit: Int
    private(set) var faults: [String] = []
    private(set) var ended = 0

    init(_ simulation: Simulation, overTLS: Bool) async throws {
      self.simulation = simulation
      var server = World.collectorConfiguration(simulation)
      var client = World.exporterConfiguration(simulation)
      if overTLS {
        server.tls = .init(certificate: Certificates.file("server.pem"), privateKey: Certificates.file("server.key"))
        client.endpoint = "https://localhost:4317"
        client.certificate = Certificates.file("ca.pem")
      }
      collector = try await LoopbackCollector(server, on: CollectorFixture.address, of: simulation)
      simulation.network.setHost("localhost", .addresses([0x0A00_0001]))
      collector.script((0..<40).map { _ in simulation.draw { .random(using: &$0) } })
      simulation.network.planConnections { _, _, random in .random(using: &random) }
      exporter = try OTLPGRPCExporter(
        client, loop: simulation.loop, network: simulation.network, diagnostics: .silent, seed: simulation.seed)
      let batch = World.batchConfiguration(simulation)
      queueLimit = batch.maxQueueSize
      processor = try BatchSpanProcessor(
        exporter: exporter, configuration: batch, loop: simulation.loop, diagnostics: .silent)
    }

    private static func collectorConfiguration(_ simulation: Simulation) -> LoopbackCollector.Configuration {
      var configuration = LoopbackCollector.Configuration()
      if simulation.draw(in: 0...4) == 0 { configuration.maxConnectionAge = .seconds(2) }
      if simulation.draw(in: 0...4) == 0 { configuration.initialWindowSize = simulation.draw(in: 1...70_000) }
      if simulation.draw(in: 0...4) == 0 { configuration.maxConcurrentStreams = 1 }
      if simulation.draw(in: 0...4) == 0 { configuration.maxMessageBytes = simulation.draw(in: 500...20_000) }
      if simulation.draw(in: 0...4) == 0 { configuration.acceptsGzip = false }
      return configuration
    }

    private static func exporterConfiguration(_ simulation: Simulation) -> OTLPGRPCExporter.Configuration {
      var configuration = OTLPGRPCExporter.Configuration(endpoint: "http://collector:4317")
      configuration.timeout = .milliseconds(simulation.draw(in: 200...10_000))
      if simulation.draw(in: 0...1) == 0 { configuration.compression = .gzip }
      configuration.maxConcurrentExports = simulation.draw(in: 1...4)
      return configuration
    }

    private static func batchConfiguration(_ simulation: Simulation) -> BatchConfiguration {
      var configuration = BatchConfiguration()
      configuration.maxQueueSize = simulation.draw(in: 20...1000)
      configuration.maxExportBatchSize = simulation.draw(in: 1...min(200, configuration.maxQueueSize))
      configuration.scheduleDelay = .milliseconds(simulation.draw(in: 10...5000))
      configuration.exportTimeout = .milliseconds(simulation.draw(in: 500...30_000))
      if simulation.draw(in: 0...1) == 0 { configuration.overflow = .dropOldest }
      return configuration
    }

    /// The law, and the bound of the queue; after every step.
    private func check(_ step: String) {
      let ledger = processor.ledger
      if !ledger.isBalanced { faults.append("after \(step): not balanced: \(ledger)") }
      if ledger.ended != ended { faults.append("after \(step): \(ledger.ended) of \(ended) counted") }
      if ledger.queued > queueLimit { faults.append("after \(step): \(ledger.queued) queued") }
    }

    func end(_ count: Int) {
      for span in CollectorFixture.spans(count, seed: UInt64(ended) << 20) {
        ended += 1
        processor.onEnd(span)
        check("a span's end")
      }
    }

    func flush() async {
      let limit = Duration.milliseconds(simulation.draw(in: 0...10_000))
      let deadline = simulation.now + limit
      let report = await processor.forceFlush(within: limit)
      if simulation.now > deadline { faults.append("a flush took \(simulation.now - deadline) more than it may") }
      if !report.ledger.isBalanced { faults.append("a flush's ledger is not balanced: \(report.ledger)") }
      check("a flush")
    }

    func disturb() async throws {
      switch simulation.draw(in: 0...5) {
      case 0: simulation.network.cutConnections()
      case 1: await collector.goAway(lastStream: .current)
      case 2:
        await collector.stop()
        await simulation.sleep(.milliseconds(simulation.draw(in: 0...5000)))
        try await collector.restart()
      case 3:
        simulation.network.setHost("collector", .fails(reason: "gone"))
        await simulation.sleep(.milliseconds(simulation.draw(in: 0...3000)))
        simulation.network.setHost("collector", .addresses([0x0A00_0001]))
      case 4: await collector.sendSettings([3: UInt32(simulation.draw(in: 0...2))])
      default: await collector.sendSettings([4: UInt32(simulation.draw(in: 0...30_000))])
      }
      check("a disturbance")
    }

    func shutdown() async {
      let limit = Duration.milliseconds(simulation.draw(in: 0...20_000))
      let deadline = simulation.now + limit
      let report = await processor.shutdown(within: limit)
      if simulation.now > deadline { faults.append("shutdown took \(simulation.now - deadline) more than it may") }
      let ledger = report.ledger
      if !ledger.isBalanced || ledger.queued + ledger.inFlight > 0 {
        faults.append("shutdown left something behind: \(ledger)")
      }
      end(simulation.draw(in: 0...3))
      check("the end")
      compareWithServer()
      compareMetrics()
    }

    /// Ledger, processor's metrics and exporter's metrics say the same (4.13); after the end, when nothing is on its way.
    private func compareMetrics() {
      let (ledger, metrics) = (processor.ledger, processor.selfMetrics + exporter.selfMetrics)
      let handedOver = metrics.succeeded("otel.sdk.processor.span.processed")
      let pairs = [
        ("processed", metrics.total("otel.sdk.processor.span.processed"), ledger.ended),
        ("exported of those handed over", metrics.total("otel.sdk.exporter.span.exported"), handedOver),
        ("in flight", metrics.total("otel.sdk.exporter.span.inflight"), 0),
        ("exported", metrics.succeeded("otel.sdk.exporter.span.exported"), ledger.exported),
        ("rejected", metrics.failed("otel.sdk.exporter.span.exported")["rejected"] ?? 0, ledger.rejected),
        ("operations", metrics.total("otel.sdk.exporter.operation.duration"), ledger.exports),
        ("attempts", metrics.total("swift_otlp.exporter.attempts"), ledger.attempts),
        (
          "duplicates", metrics.total("swift_otlp.exporter.span.possible_duplicates"), ledger.possibleDuplicates
        ),
      ]
      for (name, measured, counted) in pairs where measured != counted {
        faults.append("\(name): \(measured) by the metrics, \(counted) by the ledger: \(ledger)")
      }
    }

    /// What is counted as delivered was delivered; what arrived twice was counted as a possible duplicate.
    private func compareWithServer() {
      let ledger = processor.ledger
      var arrivals: [SpanID: [TraceID: Int]] = [:]
      for span in collector.spans { arrivals[span.spanID, default: [:]][span.traceID, default: 0] += 1 }
      let counts = arrivals.values.flatMap(\.values)
      if counts.count < ledger.exported + ledger.rejected {
        faults.append("\(counts.count) spans arrived: \(ledger)")
      }
      let twice = counts.count { $0 > 1 }
      if twice > ledger.possibleDuplicates { faults.append("\(twice) spans arrived more than once: \(ledger)") }
    }
  }

  private static func run(
    _ seed: UInt64, overTLS: Bool = false
  ) throws -> (faults: [String], ledger: Ledger, trace: VirtualClock.Trace) {
    try simulate(seed: seed, limit: .seconds(3600)) { simulation in
      let world = try await World(simulation, overTLS: overTLS)
      let producer = simulation.task {
        for _ in 0..<simulation.draw(in: 1...30) {
          await world.end(simulation.draw(in: 1...60))
          await simulation.sleep(.milliseconds(simulation.draw(in: 0...1000)))
        }
      }
      let flusher = simulation.task {
        for _ in 0..<simulation.draw(in: 0...4) {
          await simulation.sleep(.milliseconds(simulation.draw(in: 0...5000)))
          await world.flush()
        }
      }
      for _ in 0..<simulation.draw(in: 0...4) {
        await simulation.sleep(.milliseconds(simulation.draw(in: 0...5000)))
        try await world.disturb()
      }
      // Half of the time shutdown comes in the midst of it all.
      if simulation.draw(in: 0...1) == 0 {
        await producer.value
        await flusher.value
      }
      await world.shutdown()
      await producer.value
      await flusher.value
      await world.collector.stop()
      return (await world.faults, world.processor.ledger, simulation.trace)
    }
  }

  @Test func nothingIsLostSilently() {
    var sum = Ledger()
    Seeds.run(300, test: "EndToEndSimulationTests") { seed in
      let result = try Self.run(seed)
      sum = sum + result.ledger
      return result.faults
    }
    // The faults must not be so many that nothing gets through, nor so few that nothing is lost.
    #expect(sum.exported > sum.ended / 3)
    #expect(sum.droppedTotal > 0)
  }

  // Not the same bytes each time: TLS draws numbers of its own.
  @Test func nothingIsLostSilentlyOverTLS() {
    Seeds.run(50, test: "nothingIsLostSilentlyOverTLS") { try Self.run($0, overTLS: true).faults }
  }

  @Test func sameSeedSameTrace() throws {
    for seed: UInt64 in 1...10 {
      let (first, second) = (try Self.run(seed), try Self.run(seed))
      #expect(first.trace == second.trace, "seed \(seed)")
      #expect(first.ledger == second.ledger, "seed \(seed)")
    }
  }
}
