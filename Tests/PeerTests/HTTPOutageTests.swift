#if HTTP
  import OTLPHTTP
  import OTLPTesting
  import TelemetryCore
  import TelemetrySDK
  import TestSupport
  import Testing

  extension PeerTests {
    /// An outage over HTTP loses no span for which the queue has room (ARCHITECTURE P9), on real sockets.
    @Suite(.serialized) struct HTTPOutageTests {
      enum Kind: CaseIterable {
        case refused, unavailable, retryAfter, tooManyRequests, silent, reset, resetInBody, handshakeStalls, deadProxy
      }

      private static func begin(_ kind: Kind, _ server: LoopbackCollector, _ proxy: ForwardProxyPeer?) async {
        switch kind {
        case .refused: await server.stop()
        case .unavailable: server.onRequest { _ in .status(.unavailable) }
        case .retryAfter: server.onRequest { _ in .status(.unavailable, retryDelay: .seconds(4)) }
        case .tooManyRequests: server.onRequest { _ in .status(.resourceExhausted, retryDelay: .seconds(4)) }
        case .silent: server.onRequest { _ in .silence }
        case .reset: server.onRequest { _ in .reset(.internalError) }
        case .resetInBody: server.onRequest { _ in .resetAfterData(.internalError) }
        case .handshakeStalls:
          server.scriptConnections(Array(repeating: .ignore, count: 1000))
          await server.closeConnections()
        case .deadProxy: await proxy?.kill()
        }
      }

      /// An exporter to the server; over TLS where its handshake stalls, and through the proxy if there is one.
      private static func exporter(
        _ kind: Kind, _ server: LoopbackCollector, _ proxy: ForwardProxyPeer?
      ) throws -> OTLPHTTPExporter {
        var client = OTLPHTTPExporter.Configuration(
          endpoint: server.endpoint.replacing("127.0.0.1", with: "localhost"))
        if kind == .handshakeStalls { client.certificate = .file(TestFiles.certificate("ca.pem")) }
        if let proxy { client.proxy = .http(proxy.url) }
        return try OTLPHTTPExporter(client, diagnostics: .silent)
      }

      private static func live(_ kind: Kind) async throws -> (kind: Kind, took: Duration, ledger: Ledger, spans: Int) {
        var configuration = LoopbackCollector.Configuration()
        if kind == .handshakeStalls {
          configuration.tls = .init(
            certificate: TestFiles.certificate("server.pem"), privateKey: TestFiles.certificate("server.key"))
        }
        let server = try await LoopbackCollector(configuration)
        let proxy = kind == .deadProxy ? try await ForwardProxyPeer(.tinyproxy) : nil
        var batch = BatchConfiguration()
        batch.scheduleDelay = .milliseconds(500)
        let processor = try BatchSpanProcessor(
          exporter: try exporter(kind, server, proxy), configuration: batch, diagnostics: .silent)
        try await OutageTests.load(processor, for: .seconds(1))
        await begin(kind, server, proxy)
        try await OutageTests.load(processor, for: OutageTests.outage)
        server.removeScripts()
        if kind == .refused { try await server.restart() }
        let next =
          if let proxy { try await ForwardProxyPeer(.tinyproxy, at: proxy.place) } else { nil as ForwardProxyPeer? }
        let start = ContinuousClock.now
        // The processor resumes without a flush.
        while processor.ledger.exported < processor.ledger.ended, ContinuousClock.now - start < .seconds(20) {
          try await Task.sleep(for: .milliseconds(50))
        }
        let took = ContinuousClock.now - start
        let report = await processor.shutdown(within: .seconds(5))
        await next?.kill()
        let arrived = server.spanCount
        await server.stop()
        return (kind, took, report.ledger, arrived)
      }

      @Test(.enabled(if: ForwardProxyPeer.areAvailable, "Tests/run installs tinyproxy"))
      func nothingIsLost() async throws {
        try await withThrowingTaskGroup(of: (kind: Kind, took: Duration, ledger: Ledger, spans: Int).self) { group in
          for kind in Kind.allCases { group.addTask { try await Self.live(kind) } }
          for try await (kind, took, ledger, spans) in group {
            #expect(ledger.exported == ledger.ended && ledger.droppedTotal == 0, "\(kind): \(ledger)")
            #expect(
              spans >= ledger.ended && spans <= ledger.ended + ledger.possibleDuplicates, "\(kind): \(spans) \(ledger)")
            // A second more than the longest pause, for machines that stall (ARCHITECTURE D9). Requests to a silent server return
            // only after the time limit of the attempt.
            #expect(took <= (kind == .silent ? .seconds(12) : .seconds(6.5)), "\(kind)")
          }
        }
      }
    }
  }
#endif
