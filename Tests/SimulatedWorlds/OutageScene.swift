import HTTP2Transport
package import OTLPGRPC
package import OTLPTesting
import Synchronization
import TelemetryCore
package import TelemetrySDK
import TestSupport

/// A steady load over an outage of one server, with the exporter's and the processor's default settings: what is lost, and
/// how soon after the outage the rest is delivered.
package struct OutageScene: Sendable, CustomStringConvertible {
  /// How the server is away.
  package enum Kind: String, CaseIterable, Sendable {
    /// It is stopped: connections are lost and refused.
    case refused
    /// Connections are lost, and no SYN is answered.
    case dropped
    case unavailable
    /// UNAVAILABLE, and when to come back.
    case retryInfo45, retryInfo600
    /// It takes requests and never answers them.
    case silent
    /// RST_STREAM for each request.
    case reset
    /// It takes connections and says nothing in the TLS handshake.
    case handshakeStalls
    /// The user's header provider doesn't return before it is cancelled.
    case headersHang

    /// The pause that the server asks for.
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
  /// Where it differs from the default.
  package var client = OTLPGRPCExporter.Configuration(endpoint: "")
  /// Whether the processor is shut down in the outage.
  package var endsInOutage = false
  /// Whether it is shut down as soon as the server is back, within a second.
  package var endsAtRecovery = false
  package var seed: UInt64 = 1
  /// Spans per second.
  package var rate = 20

  package init(_ kind: Kind, _ outage: Duration) {
    self.kind = kind
    self.outage = outage
  }

  package var description: String {
    "\(kind) for \(outage)\(endsInOutage ? ", shut down in it" : ""), \(rate) spans/s; client: \(client); batch: \(batch)"
  }

  /// What came of it.
  package struct Result: Sendable {
    package var ledger = Ledger()
    package var trace = VirtualClock.Trace()
    /// From the outage's end to the first span that was accepted after it.
    package var firstDelivery = Duration.zero
    /// From the outage's end to the delivery of all spans that had ended before.
    package var delivery = Duration.zero
    /// From the last refusal with a pause to the end of the outage, negative.
    package var lastWord: Duration?
    /// The fewest spans in the queue when one was dropped.
    package var queuedAtDrop: Int?
    package var mostQueued = 0
    /// Exports that ran at once in the outage, at most.
    package var requestsInOutage = 0
  }

  private static let before = Duration.milliseconds(13_500)
  private static let address = SocketAddress.ipv4(0x0A00_0001, port: 4317)

  /// Lives through it.
  package func run() throws -> Result {
    try simulate(seed: seed, limit: .seconds(24 * 3600)) { simulation in
      let run = try await Run(self, simulation)
      return try await run.result()
    }
  }

  /// One run.
  private final class Run: Sendable {
    private final class Book: Sendable {
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
    private let state: Book

    init(_ scene: OutageScene, _ simulation: Simulation) async throws {
      let state = Book()
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
          // As a request of URLSession does, it ends when it is cancelled.
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
      // Of those that ended before nothing is left.
      var delivered: MonotonicInstant?
      while delivered == nil, !scene.endsInOutage, !scene.endsAtRecovery, simulation.now - end < .seconds(1300) {
        try await load(for: .milliseconds(100))
        let ledger = processor.ledger
        let later = ledger.ended - before.ended - (ledger.droppedTotal - before.droppedTotal)
        if ledger.queued + ledger.inFlight <= later { delivered = simulation.now }
      }
      // What was sent into silence comes back with the attempt's end.
      let report = await processor.shutdown(
        within: scene.endsAtRecovery ? .seconds(1) : scene.client.timeout + .seconds(10))
      await server.stop()
      // Exports that were cancelled come back, and the provider's calls with them.
      await simulation.sleep(.seconds(60))
      return state.withLock { state in
        state.result.ledger = report.ledger
        state.result.trace = simulation.trace
        state.result.firstDelivery = (state.acceptedAt ?? simulation.now) - end
        state.result.delivery = (delivered ?? simulation.now) - end
        state.result.lastWord = state.lastRefusal.map { $0 - end }
        return state.result
      }
    }

    /// Spans end at the scene's rate.
    private func load(for time: Duration) async throws {
      let end = simulation.now + time
      while simulation.now < end {
        let before = processor.ledger
        processor.onEnd(Self.span(before.ended))
        let after = processor.ledger
        state.withLock { state in
          state.result.mostQueued = max(state.result.mostQueued, after.queued)
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
