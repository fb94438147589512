import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestSupport
import Testing

extension PeerTests {
  /// An outage loses no span for which the queue has room (ARCHITECTURE P9), on real sockets. `OTLPTestingTests/OutageTests` has
  /// the table of kinds and lengths on the virtual clock.
  @Suite(.serialized) struct OutageTests {
    enum Kind: CaseIterable {
      case refused, unavailable, retryInfo, silent, reset, handshakeStalls
    }

    static let outage = Duration.seconds(5)

    private static func begin(_ kind: Kind, _ server: LoopbackCollector) async {
      switch kind {
      case .refused: await server.stop()
      case .unavailable: server.onRequest { _ in .status(.unavailable) }
      case .retryInfo: server.onRequest { _ in .status(.unavailable, retryDelay: .seconds(4)) }
      case .silent: server.onRequest { _ in .silence }
      case .reset: server.onRequest { _ in .reset(.internalError) }
      case .handshakeStalls:
        server.scriptConnections(Array(repeating: .ignore, count: 1000))
        await server.closeConnections()
      }
    }

    /// Ends a span every 20 ms.
    static func load(_ processor: BatchSpanProcessor, for time: Duration) async throws {
      let end = ContinuousClock.now + time
      while ContinuousClock.now < end {
        for span in StandardWorkload().spans(0..<1) { processor.onEnd(span) }
        try await Task.sleep(for: .milliseconds(20))
      }
    }

    private static func live(_ kind: Kind) async throws -> (kind: Kind, took: Duration, ledger: Ledger) {
      var configuration = LoopbackCollector.Configuration()
      if kind == .handshakeStalls {
        configuration.tls = .init(
          certificate: TestFiles.certificate("server.pem"), privateKey: TestFiles.certificate("server.key"))
      }
      let server = try await LoopbackCollector(configuration)
      var client = OTLPGRPCExporter.Configuration(endpoint: server.endpoint)
      if kind == .handshakeStalls { client.certificate = .file(TestFiles.certificate("ca.pem")) }
      var batch = BatchConfiguration()
      batch.scheduleDelay = .milliseconds(500)
      let processor = try BatchSpanProcessor(
        exporter: try OTLPGRPCExporter(client, diagnostics: .silent), configuration: batch, diagnostics: .silent)
      try await load(processor, for: .seconds(1))
      await begin(kind, server)
      try await load(processor, for: outage)
      server.removeScripts()
      if kind == .refused { try await server.restart() }
      let start = ContinuousClock.now
      // The processor resumes without a flush.
      while processor.ledger.exported < processor.ledger.ended, ContinuousClock.now - start < .seconds(20) {
        try await Task.sleep(for: .milliseconds(50))
      }
      let took = ContinuousClock.now - start
      let report = await processor.shutdown(within: .seconds(5))
      await server.stop()
      return (kind, took, report.ledger)
    }

    @Test func nothingIsLost() async throws {
      try await withThrowingTaskGroup(of: (kind: Kind, took: Duration, ledger: Ledger).self) { group in
        for kind in Kind.allCases { group.addTask { try await Self.live(kind) } }
        for try await (kind, took, ledger) in group {
          #expect(ledger.exported == ledger.ended && ledger.droppedTotal == 0, "\(kind): \(ledger)")
          // A second more than on the virtual clock, for machines that stall (ARCHITECTURE D9). Requests to a silent server return
          // only after the time limit of the attempt.
          #expect(took <= (kind == .silent ? .seconds(12) : .seconds(6.5)), "\(kind)")
        }
      }
    }
  }
}
