import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TestSupport
import Testing

extension PeerTests {
  /// Each kind of wait with each kind of server that accepts no spans, on real sockets. `Benchmarks/run blackholes`
  /// measures 50 ms after the limit; the additional second here is for machines that stall (ARCHITECTURE D9).
  @Suite(.serialized) struct BlackHoleWaitTests {
    enum Server: CaseIterable {
      case absent, filtered, silent, stallsInTLS, readsOneByteASecond, neverGrantsWindow
    }

    /// - Returns: The endpoint of a new server, and the object that keeps the server alive.
    private static func start(_ server: Server) async throws -> (endpoint: String, keeper: AnyObject?) {
      switch server {
      case .absent:
        let port = Loopback.HeldPort()
        return ("http://127.0.0.1:\(port.number)", port)
      case .filtered:
        let deaf = Loopback.Deaf()
        return ("http://127.0.0.1:\(deaf.port)", deaf)
      case .silent:
        let listener = Loopback.Listener(backlog: 16)
        return ("http://127.0.0.1:\(listener.port)", listener)
      case .stallsInTLS:
        // The first bytes of a ServerHello.
        let canned = try Loopback.Canned("\u{16}\u{3}\u{3}\0z\u{2}\0\0v\u{3}\u{3}")
        return ("https://127.0.0.1:\(canned.port)", canned)
      case .readsOneByteASecond:
        let reader = try Loopback.SlowReader()
        return ("http://127.0.0.1:\(reader.port)", reader)
      case .neverGrantsWindow:
        var configuration = LoopbackCollector.Configuration()
        configuration.initialWindowSize = 0
        configuration.grantsWindow = false
        let collector = try await LoopbackCollector(configuration)
        return (collector.endpoint, collector)
      }
    }

    private static func expectInTime(_ wait: ProcessorWait, _ server: Server) async throws {
      let (endpoint, keeper) = try await start(server)
      let exporter = try OTLPGRPCExporter(.init(endpoint: endpoint), diagnostics: .silent)
      try await wait.expectInTime(exporter)
      withExtendedLifetime(keeper) {}
    }

    @Test(
      "each wait ends in time with a balanced ledger, and the process then exports to another server",
      arguments: Server.allCases)
    func everyWaitEndsInTime(_ server: Server) async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for wait in ProcessorWait.allCases { group.addTask { try await Self.expectInTime(wait, server) } }
        try await group.waitForAll()
      }
      let collector = try await LoopbackCollector()
      let processor = try BatchSpanProcessor(exporter: OTLPGRPCExporter(.init(endpoint: collector.endpoint)))
      for span in StandardWorkload().spans(0..<600) { processor.onEnd(span) }
      #expect(await processor.shutdown(within: .seconds(20)).isDelivered)
      #expect(collector.spanCount == 600)
      await collector.stop()
    }

    @Test("a server that starts late gets the spans that a flush could not deliver") func lateServer() async throws {
      try await ProcessorWait.expectLateDelivery { try OTLPGRPCExporter(.init(endpoint: $0), diagnostics: .silent) }
    }
  }
}
