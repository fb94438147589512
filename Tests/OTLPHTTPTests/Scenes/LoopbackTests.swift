#if HTTP
  import Glibc
  import HTTP2Transport
  import OTLPExport
  import OTLPHTTP
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  /// The exporter and the loopback collector on real sockets.
  @Suite(.ownThreads) struct LoopbackTests {
    @Test("spans arrive equal in both encodings, over HTTP/1.1, HTTP/2 and a Unix socket", arguments: [false, true])
    func arrives(isJSON: Bool) async throws {
      let files = try TestCertificates()
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      for place in ["plaintext", "TLS", "unix"] {
        var configuration = LoopbackCollector.Configuration(port: 0, tls: place == "TLS" ? files.server : nil)
        if place == "unix" { configuration.address = .unix(path: folder + "/socket") }
        let scene = try await HTTPScene(configuration) {
          $0.httpProtocol = isJSON ? .json : .protobuf
          $0.compression = .gzip
          $0.certificate = place == "TLS" ? .file(files.authority) : nil
        }
        for _ in 0..<3 { #expect(await scene.export(100).exported == 100) }
        #expect(scene.collector.spanCount == 300)
        #expect(scene.collector.counts.connections == 1)
        #expect(Array(scene.collector.spans.prefix(100)) == StandardWorkload().spans(0..<100))
        let request = try #require(scene.collector.requests.last)
        #expect(request.isCompressed)
        // HTTP/2 has the pseudo-field.
        #expect((request.header(":scheme") != nil) == (place == "TLS"))
        await scene.end()
        #expect(scene.log.events.isEmpty, "\(place): \(scene.log.events)")
      }
    }

    @Test("log records arrive equal in both encodings, and the ledger holds", arguments: [false, true])
    func logRecords(isJSON: Bool) async throws {
      let scene = try await HTTPScene { $0.httpProtocol = isJSON ? .json : .protobuf }
      let processor = try BatchLogRecordProcessor(exporter: scene.exporter.logExporter)
      let provider = try LoggerProvider(resource: StandardWorkload.resource, processors: [processor])
      for number in 0..<1000 {
        provider.logger("scope").emit(.info, "body", eventName: "event", at: 1) { $0.set("number", number) }
      }
      let ledger = await provider.shutdown(within: .seconds(20)).ledger
      #expect(ledger.ended == 1000 && ledger.exported == 1000 && ledger.isBalanced, "\(ledger)")
      let records = scene.collector.logRecords
      // Two batches are on their way at once, and either may arrive first.
      let isEachThereOnce = records.compactMap { $0.attributes["number"] as Int? }.sorted() == Array(0..<1000)
      #expect(isEachThereOnce, "\(records.count) records")
      #expect(records.allSatisfy { $0.body == "body" && $0.eventName == "event" && $0.resource == provider.resource })
      await scene.end()
    }

    @Test("an export after the runtime's end ends at once, and touches nothing of libcurl's", arguments: [false, true])
    func endOfTheRuntime(tls: Bool) async throws {
      let files = try TestCertificates()
      let collector = try await LoopbackCollector(.init(port: 0, tls: tls ? files.server : nil))
      var configuration = OTLPHTTPExporter.Configuration(endpoint: collector.endpoint)
      configuration.certificate = tls ? .file(files.authority) : nil
      let runtime = try TelemetryRuntime()
      let exporter = try OTLPHTTPExporter(configuration, runtime: runtime, diagnostics: .silent)
      let batch = SpanBatch(StandardWorkload().spans(0..<5))
      #expect(await exporter.export(batch, deadline: .after(.seconds(20))).exported == 5)
      runtime.shutdown()
      // The loop ends after its work.
      let end = Deadline.after(.seconds(20))
      var failures = 0
      while failures < 3, !end.hasPassed {
        let outcome = await exporter.export(batch, deadline: .after(.seconds(5)))
        #expect(outcome.exported + outcome.dropped.values.reduce(0, +) == 5, "\(outcome)")
        if outcome.exported == 0 { failures += 1 }
      }
      #expect(failures == 3)
      await collector.stop()
    }

    @Test("a server without h2 gets HTTP/1.1 in TLS (3.1.1)")
    func fallback() async throws {
      let files = try TestCertificates()
      for protocols in [["http/1.1"], []] {
        var tls = files.server
        tls.applicationProtocols = protocols
        let scene = try await HTTPScene(.init(port: 0, tls: tls)) { $0.certificate = .file(files.authority) }
        #expect(await scene.export().exported == 20)
        #expect(scene.collector.requests.last?.header(":scheme") == nil)
        await scene.end()
      }
    }

    @Test("several exports share an HTTP/2 connection")
    func multiplexing() async throws {
      let files = try TestCertificates()
      let scene = try await HTTPScene(.init(port: 0, tls: files.server)) { $0.certificate = .file(files.authority) }
      #expect(await scene.export(1).exported == 1)
      scene.collector.onRequest { _ in .success.delayed(by: .milliseconds(100)) }
      let tasks = (0..<8).map { _ in Task { await scene.export(5).exported } }
      for task in tasks { #expect(await task.value == 5) }
      #expect(scene.collector.counts.connections == 1)
      await scene.end()
    }

    @Test("each status has the consequence of its meaning (3.2)", arguments: [false, true])
    func statuses(tls: Bool) async throws {
      let files = try TestCertificates()
      let scene = try await HTTPScene(.init(port: 0, tls: tls ? files.server : nil)) {
        if tls { $0.certificate = .file(files.authority) }
      }
      scene.collector.script(.status(.unavailable), .partialSuccess(rejected: 3, message: "odd"))
      var outcome = await scene.export()
      #expect(outcome.rejected == 3 && outcome.exported == 17 && outcome.attempts == 2, "\(outcome)")
      scene.collector.script(.status(.resourceExhausted, message: "slow down", retryDelay: .seconds(1)))
      outcome = await scene.export()
      #expect(outcome.exported == 20 && outcome.attempts == 2, "\(outcome)")
      scene.collector.script(.status(.permissionDenied, message: "not you"))
      outcome = await scene.export()
      #expect(outcome.dropped == [.refused: 20], "\(outcome)")
      #expect("\(outcome.error!)".contains("HTTP status 403 (Forbidden): not you"))
      scene.collector.script(.status(.resourceExhausted, message: "received message larger than max"))
      outcome = await scene.export()
      #expect(outcome.exported == 20 && scene.collector.counts.acceptedRequests >= 2, "\(outcome)")
      await scene.end()
    }

    @Test("connections that end are replaced, and requests are sent again", arguments: [false, true])
    func lostConnections(tls: Bool) async throws {
      let files = try TestCertificates()
      let scene = try await HTTPScene(.init(port: 0, tls: tls ? files.server : nil)) {
        if tls { $0.certificate = .file(files.authority) }
      }
      scene.collector.script(.closeConnection())
      #expect(await scene.export().exported == 20)
      scene.collector.script(.reset(.internalError))
      #expect(await scene.export().exported == 20)
      scene.collector.script(.closeConnection(at: .headers))
      #expect(await scene.export().exported == 20)
      await scene.collector.closeConnections()
      // A kept connection that has ended is noticed before it is used.
      let outcome = await scene.export()
      #expect(outcome.exported == 20 && outcome.attempts == 1, "\(outcome)")
      #expect(scene.collector.spanCount == 80)
      await scene.end()
    }

    @Test("headers of a provider go with each request, and 401 asks for new ones once")
    func headerProvider() async throws {
      let scene = try await HTTPScene { configuration in
        let counter = TokenCounter()
        configuration.headerProvider = { ProvidedHeaders(["authorization": "token \(counter.next())"]) }
      }
      scene.collector.onRequest { $0.header("authorization") == "token 2" ? .success : .status(.unauthenticated) }
      let outcome = await scene.export()
      #expect(outcome.exported == 20 && outcome.attempts == 2, "\(outcome)")
      await scene.end()
    }

    @Test("a request after the client's shutdown fails")
    func requestAfterShutdown() async throws {
      let scene = try await HTTPScene()
      let loop = try #require(scene.exporter.loop)
      let client = try HTTPExportClient(
        scene.exporter.configuration, loop: loop, network: SystemNetwork(runtime: .shared), .silent)
      let message = OutgoingMessage(bytes: BufferSlice([0, 0, 0, 0, 0]), signal: .traces, isCompressed: false)
      guard case .success = await client.send(message, headers: nil, deadline: .after(.seconds(10))) else {
        Issue.record("no response")
        return
      }
      await client.shutdown(deadline: .after(.seconds(10)))
      for _ in 0..<3 {
        guard case .failure(let failure) = await client.send(message, headers: nil, deadline: .after(.seconds(10)))
        else {
          Issue.record("a response after shutdown")
          return
        }
        #expect(failure.origin == .cancelled && failure.fate == .neverProcessed)
      }
      #expect(scene.collector.counts.requests == 1)
      await scene.end()
    }

    @Test("an exporter that was shut down refuses, and a shutdown ends what runs")
    func shutdown() async throws {
      let scene = try await HTTPScene()
      scene.collector.script(.silence)
      let task = Task { await scene.export(5, within: .seconds(60)) }
      #expect(await scene.collector.waitForRequests(1, within: .seconds(10)))
      let clock = ContinuousClock()
      let start = clock.now
      await scene.exporter.shutdown(deadline: .after(.milliseconds(300)))
      #expect(await task.value.dropped == [.shutdown: 5])
      #expect(clock.now - start < .seconds(5))
      #expect(await scene.export(3).dropped == [.shutdown: 3])
      await scene.collector.stop()
    }
  }

  private final class TokenCounter: Sendable {
    private let count = Locked(0)
    func next() -> Int {
      count.withLock { count in
        count += 1
        return count
      }
    }
  }
#endif
