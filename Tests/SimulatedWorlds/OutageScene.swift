import HTTP2Transport
package import OTLPGRPC
package import OTLPTesting
import Synchronization
import TelemetryCore
package import TelemetrySDK
import TestSupport

/// Simulates a steady load over an outage of one server, with default settings. Measures the losses, and the time
/// from the end of the outage to the delivery of the rest.
package struct OutageScene: Sendable, CustomStringConvertible {
  /// The kind of an outage.
  package enum Kind: String, CaseIterable, Sendable {
    /// The server is stopped: connections are reset and refused.
    case refused
    /// Connections are reset, and attempts to connect get no answer.
    case dropped
    case unavailable
    /// UNAVAILABLE with RetryInfo.
    case retryInfo45, retryInfo600
    /// Requests get no response.
    case silent
    /// RST_STREAM for each request.
    case reset
    /// The server sends nothing in the TLS handshake.
    case handshakeStalls
    /// The header provider doesn't return until it is cancelled.
    case headersHang

    /// The delay of RetryInfo.
    package var pause: Duration {
      switch self {
      case .retryInfo45: .seconds(45)
      case .retryInfo600: .seconds(600)
      default: .zero
      }
    }
  }

  package var kind: Kind
  package var outage: Duration
  package var batch = BatchConfiguration()
  package var client = OTLPGRPCExporter.Configuration(endpoint: "")
  /// If true, the processor is shut down during the outage.
  package var endsInOutage = false
  /// If true, the processor is shut down within a second when the server has recovered.
  package var endsAtRecovery = false
  package var seed: UInt64 = 1
  /// Spans per second.
  package var rate = 20

  package init(_ kind: Kind, _ outage: Duration) {
    self.kind = kind
    self.outage = outage
  }

  package var description: String {
    "\(kind) for \(outage)\(endsInOutage ? ", shut down during it" : ""), \(rate) spans/s; client: \(client); batch: \(batch)"
  }

  /// The result of a run.
  package struct Result: Sendable {
    package var ledger = Ledger()
    package var trace = VirtualClock.Trace()
    /// The time from the end of the outage to the first accepted span.
    package var firstDelivery = Duration.zero
    /// The time from the end of the outage to the delivery of all spans that ended before.
    package var delivery = Duration.zero
    /// The time from the end of the outage to the last refusal before, so it is negative.
    package var lastRefusal: Duration?
    /// The minimum number of queued spans when a span was dropped.
    package var queuedAtDrop: Int?
    package var maxQueued = 0
    /// The number of requests during the outage.
    package var requestsInOutage = 0
  }

  private static let before = Duration.milliseconds(13_500)
  private static let address = SocketAddress.ipv4(0x0A00_0001, port: 4317)

  /// Runs the simulation.
  package func run() throws -> Result {
    try simulate(seed: seed, limit: .seconds(24 * 3600), tick: .tick(seed: seed)) { simulation in
      let run = try await Run(self, simulation)
      return try await run.result()
    }
  }

  private final class Run: Sendable {
    private final class SharedState: Sendable {
      private let state = Mutex(State())
      func withLock<Value: Sendable>(_ body: (inout State) -> Value) -> Value { state.withLock { body(&$0) } }
    }

    private struct State {
      var isAway = false
      var result = Result()
      var acceptedAt: MonotonicInstant?
      var lastRefusal: MonotonicInstant?
      var hanging: [Promise<Void>] = []
    }

    private let scene: OutageScene
    private let simulation: Simulation
    private let server: LoopbackCollector
    private let exporter: OTLPGRPCExporter
    private let processor: BatchSpanProcessor
    private let state: SharedState

    init(_ scene: OutageScene, _ simulation: Simulation) async throws {
      let state = SharedState()
      let isSecure = scene.kind == .handshakeStalls
      var server = LoopbackCollector.Configuration()
      (server.keptSpans, server.keptRequests) = (0, 0)
      if isSecure {
        server.tls = .init(
          certificate: TestFiles.certificate("server.pem"), privateKey: TestFiles.certificate("server.key"))
      }
      server.onAccept = { _, _ in
        state.withLock { state in
          if state.acceptedAt == nil, !state.isAway { state.acceptedAt = simulation.now }
        }
      }
      self.server = try await LoopbackCollector(server, on: OutageScene.address, of: simulation)
      simulation.network.setHost("localhost", .sockets([OutageScene.address]))
      var client = scene.client
      client.endpoint = isSecure ? "https://localhost:4317" : "http://localhost:4317"
      if isSecure { client.certificate = .file(TestFiles.certificate("ca.pem")) }
      if scene.kind == .headersHang {
        client.headerProvider = {
          let promise = state.withLock { state -> Promise<Void>? in
            guard state.isAway else { return nil }
            state.hanging.append(Promise())
            return state.hanging.last
          }
          // Cancellation ends the wait, as with a request of URLSession.
          try await withTaskCancellationHandler {
            await promise?.value
            try Task.checkCancellation()
          } onCancel: {
            promise?.fulfil(())
          }
          return ProvidedHeaders(["authorization": "token"], validFor: .seconds(1))
        }
      }
      let exporter = try OTLPGRPCExporter(
        client, loop: simulation.loop, network: simulation.network, diagnostics: .silent, seed: scene.seed)
      self.exporter = exporter
      processor = try BatchSpanProcessor(
        exporter: exporter, configuration: scene.batch, loop: simulation.loop, diagnostics: .silent)
      self.scene = scene
      self.simulation = simulation
      self.state = state
    }

    func result() async throws -> Result {
      try await load(for: OutageScene.before)
      await begin()
      let requests = server.counts.requests
      try await load(for: scene.outage)
      state.withLock { $0.result.requestsInOutage = server.counts.requests - requests }
      if !scene.endsInOutage { try await recover() }
      let (end, before) = (simulation.now, processor.ledger)
      // The time at which no span that ended before is left.
      var delivered: MonotonicInstant?
      while delivered == nil, !scene.endsInOutage, !scene.endsAtRecovery, simulation.now - end < .seconds(1300) {
        try await load(for: .milliseconds(100))
        let ledger = processor.ledger
        let later = ledger.ended - before.ended - (ledger.droppedTotal - before.droppedTotal)
        if ledger.queued + ledger.inFlight <= later { delivered = simulation.now }
      }
      let report = await processor.shutdown(
        within: scene.endsAtRecovery ? .seconds(1) : scene.client.timeout + .seconds(10))
      await server.stop()
      // Cancelled exports and calls of the provider return.
      await simulation.sleep(.seconds(60))
      return state.withLock { state in
        state.result.ledger = report.ledger
        state.result.trace = simulation.trace
        state.result.firstDelivery = (state.acceptedAt ?? simulation.now) - end
        state.result.delivery = (delivered ?? simulation.now) - end
        state.result.lastRefusal = state.lastRefusal.map { $0 - end }
        return state.result
      }
    }

    /// Ends spans at the scene's rate.
    private func load(for time: Duration) async throws {
      let end = simulation.now + time
      while simulation.now < end {
        let before = processor.ledger
        processor.onEnd(Self.span(before.ended))
        let after = processor.ledger
        state.withLock { state in
          state.result.maxQueued = max(state.result.maxQueued, after.queued)
          guard after.droppedTotal > before.droppedTotal else { return }
          state.result.queuedAtDrop = min(state.result.queuedAtDrop ?? .max, before.queued)
        }
        await simulation.sleep(.seconds(1) / scene.rate)
      }
    }

    private static func span(_ number: Int) -> SpanData {
      SpanData(
        traceID: TraceID(high: 1, low: UInt64(number + 1)), spanID: SpanID(UInt64(number + 1)), name: "GET /orders",
        startTimeUnixNano: 1_700_000_000_000_000_000, endTimeUnixNano: 1_700_000_000_000_000_100)
    }

    private func begin() async {
      state.withLock { state in
        state.isAway = true
        state.acceptedAt = nil
      }
      let (state, simulation) = (state, simulation)
      func answer(_ response: LoopbackCollector.Response) {
        server.onRequest { _ in
          state.withLock { $0.lastRefusal = simulation.now }
          return response
        }
      }
      switch scene.kind {
      case .refused: await server.stop()
      case .dropped:
        simulation.network.planConnections { _, _, _ in .ignore }
        simulation.network.cutConnections()
      case .unavailable: answer(.status(.unavailable, message: "later"))
      case .retryInfo45, .retryInfo600:
        answer(.status(.unavailable, message: "later", retryDelay: scene.kind.pause))
      case .silent: answer(.silence)
      case .reset: answer(.reset(.internalError))
      case .handshakeStalls:
        simulation.network.planConnections { _, _, _ in
          .link(SimulatedLink(faults: [.blackHole(afterBytes: 0, from: .server)]))
        }
        simulation.network.cutConnections()
      case .headersHang: break
      }
    }

    private func recover() async throws {
      state.withLock { $0.isAway = false }
      server.onRequest(nil)
      simulation.network.planConnections { _, _, _ in .link(SimulatedLink()) }
      if scene.kind == .refused { try await server.restart() }
    }
  }
}
