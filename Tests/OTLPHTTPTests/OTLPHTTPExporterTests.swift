#if HTTP
  import OTLPHTTP
  import OTLPTesting
  import TelemetryCore
  import TestSupport
  import TestThreads
  import Testing

  /// The exporter against Python's HTTP server, with the results that RULES 3.2 says.
  @Suite(.ownThreads, .enabled(if: Peers.hasPython, "no .venv: run Tests/run"))
  struct OTLPHTTPExporterTests {
    /// Exports spans, and checks the ledger's law.
    private func export(
      _ count: Int = 20, to peer: HTTPPeer, within limit: Duration = .seconds(20), log: EventLog = EventLog(),
      _ configure: (inout OTLPHTTPExporter.Configuration) -> Void = { _ in }
    ) async throws -> ExportOutcome {
      var configuration = OTLPHTTPExporter.Configuration(endpoint: peer.endpoint)
      configuration.compression = .none
      configure(&configuration)
      let exporter = try OTLPHTTPExporter(configuration, diagnostics: log.diagnostics)
      let outcome = await exporter.export(SpanBatch(StandardWorkload().spans(0..<count)), deadline: .after(limit))
      await exporter.shutdown(deadline: .after(.seconds(2)))
      let total = outcome.exported + outcome.rejected + outcome.dropped.values.reduce(0, +)
      #expect(total == count)
      return outcome
    }

    @Test("protobuf and JSON arrive, compressed or not, at the signal's path (3.1)", arguments: [false, true])
    func arrives(isJSON: Bool) async throws {
      let peer = try await HTTPPeer()
      for compression in [OTLPCompression.none, .gzip] {
        let outcome = try await export(200, to: peer) { configuration in
          configuration.httpProtocol = isJSON ? .json : .protobuf
          configuration.compression = compression
          configuration.headers = ["authorization": "Bearer a=b==", "x-empty": ""]
        }
        #expect(outcome.exported == 200, "\(outcome)")
        let request = try #require(peer.requests.last)
        #expect(request.has("path", "/v1/traces"))
        #expect(request.has("content-type", isJSON ? "application/json" : "application/x-protobuf"))
        #expect(request.line.contains("\"content-encoding\": \"gzip\"") == (compression == .gzip))
        #expect(request.has("accept-encoding", "gzip"))
        #expect(request.has("authorization", "Bearer a=b=="))
        #expect(request.has("x-empty", ""))
        #expect(request.line.contains("\"user-agent\": \"OTel-OTLP-Exporter-Swift/"))
        #expect(!request.line.contains("\"expect\""))
        #expect(request.spanCount == 200)
      }
      #expect(await peer.stop().json("spans") == "400")
    }

    @Test("a connection is used again, and concurrent exports take as many as are permitted (3.1.7, 3.1.8)")
    func connections() async throws {
      let peer = try await HTTPPeer()
      var configuration = OTLPHTTPExporter.Configuration(endpoint: peer.endpoint)
      configuration.maxConnections = 2
      let exporter = try OTLPHTTPExporter(configuration)
      for _ in 0..<5 {
        #expect(
          await exporter.export(SpanBatch(StandardWorkload().spans(0..<3)), deadline: .after(.seconds(10))).exported
            == 3)
      }
      let tasks = (0..<8).map { number in
        Task {
          await exporter.export(
            SpanBatch(StandardWorkload().spans(number..<number + 1)), deadline: .after(.seconds(10))
          ).exported
        }
      }
      for task in tasks { #expect(await task.value == 1) }
      await exporter.shutdown(deadline: .after(.seconds(2)))
      let summary = await peer.stop()
      #expect(summary.json("requests") == "13")
      #expect(["1", "2"].contains(summary.json("connections") ?? ""))
    }

    @Test func theDescriptionHoldsEachValue() {
      let source = TestFiles.read(TestFiles.root + "/Sources/OTLPHTTP/OTLPHTTPExporter+Configuration.swift")
      let names = SourceText.members(of: source, indentation: 6)
      #expect(names.count > 20)
      let text = OTLPHTTPExporter.Configuration().description
      for name in names { #expect(text.contains("\(name): ") || text.contains("\(name)."), "\(name)") }
    }

    @Test("429, 502, 503 and 504 are retried (3.2.5)", arguments: [429, 502, 503, 504])
    func retried(status: Int) async throws {
      let peer = try await HTTPPeer(["\(status)"])
      let outcome = try await export(to: peer)
      #expect(outcome.exported == 20, "\(outcome)")
      #expect(outcome.attempts == 2)
      // A proxy that got no answer may have passed the request on.
      #expect(outcome.possibleDuplicates == (status == 502 || status == 504 ? 20 : 0))
      #expect(peer.requests.count == 2)
    }

    @Test(
      "no other status is retried (3.2.5, 3.2.6)",
      arguments: [301, 401, 403, 404, 405, 407, 408, 422, 500, 501, 505])
    func refused(status: Int) async throws {
      let peer = try await HTTPPeer(["\(status)"])
      let outcome = try await export(to: peer)
      #expect(outcome.dropped == [.refused: 20], "\(outcome)")
      #expect(outcome.attempts == 1)
      let error = try #require(outcome.error as? OTLPError)
      #expect(error.status == "HTTP \(status)")
      #expect(error.message.contains("HTTP status \(status)"))
      #expect(error.message.contains("by the test's script"))
    }

    @Test("a status is said once")
    func statusOnce() async throws {
      let peer = try await HTTPPeer(["404:text=404 page not found"])
      let message = "\(try #require(await export(to: peer).error))"
      #expect(message == "the server refused the export: HTTP status 404 (Not Found)", "\(message)")
    }

    @Test("400 is never sent again as it is, but halved to find the bad item (3.2.6)")
    func badData() async throws {
      let peer = try await HTTPPeer(["400", "ok", "400:text=broken"])
      let outcome = try await export(2, to: peer)
      #expect(outcome.exported == 1, "\(outcome)")
      #expect(outcome.dropped == [.refused: 1])
      #expect(peer.requests.map(\.spanCount) == [2, 1, 1])
      #expect("\(outcome.error!)".contains("HTTP status 400 (Bad Request): broken"))
    }

    @Test("413 splits the batch (3.2.7, RULES D1)", arguments: [false, true])
    func tooLarge(isJSON: Bool) async throws {
      let peer = try await HTTPPeer([], ["--max-bytes", "100000"])
      let outcome = try await export(512, to: peer) { $0.httpProtocol = isJSON ? .json : .protobuf }
      #expect(outcome.exported == 512, "\(outcome)")
      #expect(peer.requests.count > 4)
      #expect(await peer.stop().json("spans") == "512")
    }

    @Test("the configured limit holds for the body, in JSON too (3.1.6)")
    func ownLimit() async throws {
      let peer = try await HTTPPeer()
      let outcome = try await export(100, to: peer) {
        $0.httpProtocol = .json
        $0.maxRequestSize = 40_000
      }
      #expect(outcome.exported == 100, "\(outcome)")
      #expect(peer.requests.count >= 4)
      for request in peer.requests {
        let bytes = request.line.firstRange(of: "\"bytes\": ").map {
          Int(request.line[$0.upperBound...].prefix { $0.isNumber }) ?? -1
        }
        #expect((1...40_000).contains(bytes ?? -1))
      }
    }

    @Test(
      "Retry-After is kept in seconds and as a date, and garbage is the usual back-off (trap 9, trap 28)",
      arguments: ["1", "soon", "-1", "0"])
    func retryAfter(value: String) async throws {
      let peer = try await HTTPPeer(["503:retry-after=\(value)"])
      let clock = ContinuousClock()
      let start = clock.now
      let outcome = try await export(to: peer)
      #expect(outcome.exported == 20, "\(outcome)")
      if value == "1" { #expect(clock.now - start >= .seconds(1)) }
    }

    @Test("a pause beyond the deadline ends the export at once (trap 10)")
    func longPause() async throws {
      let peer = try await HTTPPeer(["503:retry-after=3000"])
      let clock = ContinuousClock()
      let start = clock.now
      let outcome = try await export(to: peer, within: .seconds(30))
      #expect(outcome.dropped == [.timeout: 20], "\(outcome)")
      #expect(clock.now - start < .seconds(10))
    }

    @Test("partial success is counted and never retried (3.2.3)", arguments: [false, true])
    func partialSuccess(isJSON: Bool) async throws {
      let peer = try await HTTPPeer(["partial:7"])
      let outcome = try await export(to: peer) { $0.httpProtocol = isJSON ? .json : .protobuf }
      #expect(outcome.rejected == 7, "\(outcome)")
      #expect(outcome.exported == 13)
      #expect(peer.requests.count == 1)
      #expect("\(outcome.error!)".contains("rejected by the test"))
    }

    @Test(
      "a 2xx is a success whatever its body is (trap 27, 3.2.13)",
      arguments: ["empty", "none", "html", "garbage", "gzip"])
    func oddSuccess(answer: String) async throws {
      for isJSON in [false, true] {
        let peer = try await HTTPPeer([answer])
        let log = EventLog()
        let outcome = try await export(to: peer, log: log) { $0.httpProtocol = isJSON ? .json : .protobuf }
        #expect(outcome.exported == 20, "\(outcome)")
        let notices = log.events.filter { $0.message.contains("with a warning") }.count
        #expect(notices == (answer == "html" || answer == "garbage" ? 1 : 0), "\(log.events)")
      }
    }

    @Test(
      "a response beyond the limit is a failure without retry, before and after inflation (3.2.1)",
      arguments: ["large", "bomb"])
    func largeResponse(answer: String) async throws {
      let peer = try await HTTPPeer([answer])
      let outcome = try await export(to: peer)
      #expect(outcome.dropped == [.refused: 20], "\(outcome)")
      #expect(outcome.attempts == 1)
      #expect("\(outcome.error!)".contains("larger than 4194304 bytes"))
    }

    @Test("a redirection isn't followed, and its target is named without credentials")
    func redirection() async throws {
      let peer = try await HTTPPeer(["redirect:http://user:pass@elsewhere/v1/traces"])
      let outcome = try await export(to: peer)
      #expect(outcome.dropped == [.refused: 20])
      let message = "\(outcome.error!)"
      #expect(message.contains("a redirection to"))
      #expect(message.contains("elsewhere/v1/traces") && !message.contains("pass"))
    }

    @Test(
      "a connection that ends without or within a response is retried, and counted as a possible duplicate (3.2.10)",
      arguments: ["reset", "cut"])
    func reset(answer: String) async throws {
      let peer = try await HTTPPeer(["ok", answer])
      var configuration = OTLPHTTPExporter.Configuration(endpoint: peer.endpoint)
      configuration.compression = .none
      let exporter = try OTLPHTTPExporter(configuration, diagnostics: EventLog().diagnostics)
      #expect(
        await exporter.export(SpanBatch(StandardWorkload().spans(0..<3)), deadline: .after(.seconds(10))).exported == 3)
      // The connection is a used one, on which libcurl would repeat the request by itself.
      let outcome = await exporter.export(SpanBatch(StandardWorkload().spans(0..<20)), deadline: .after(.seconds(20)))
      await exporter.shutdown(deadline: .after(.seconds(2)))
      #expect(outcome.exported == 20, "\(outcome)")
      #expect(outcome.attempts == 2)
      #expect(outcome.possibleDuplicates == 20)
      #expect(peer.requests.count == 3)
    }

    @Test(
      "a server that dies under a request on a kept connection may have processed it, although no other can be made")
    func death() async throws {
      let peer = try await HTTPPeer(["ok", "die"])
      var configuration = OTLPHTTPExporter.Configuration(endpoint: peer.endpoint)
      configuration.compression = .none
      let exporter = try OTLPHTTPExporter(configuration, diagnostics: EventLog().diagnostics)
      #expect(
        await exporter.export(SpanBatch(StandardWorkload().spans(0..<3)), deadline: .after(.seconds(10))).exported == 3)
      let task = Task {
        await exporter.export(SpanBatch(StandardWorkload().spans(0..<20)), deadline: .after(Loopback.patience))
      }
      #expect(await Loopback.wait { peer.requests.count == 2 })
      await peer.kill()
      let next = try await HTTPPeer(at: peer.place)
      let outcome = await task.value
      await exporter.shutdown(deadline: .after(.seconds(2)))
      #expect(outcome.exported == 20 && outcome.possibleDuplicates == 20, "\(outcome)")
      #expect(next.requests.count == 1)
    }

    @Test("a server that refuses gzip gets the request without (415)")
    func refusedGzip() async throws {
      let peer = try await HTTPPeer([], ["--no-gzip"])
      let outcome = try await export(to: peer) { $0.compression = .gzip }
      #expect(outcome.exported == 20, "\(outcome)")
      #expect(peer.requests.count == 2)
    }

    @Test("a silent server and a cancelled task end an export in time (traps 17 and 30)")
    func silence() async throws {
      let peer = try await HTTPPeer(["silent", "silent"])
      let clock = ContinuousClock()
      var start = clock.now
      let outcome = try await export(to: peer, within: .seconds(1))
      #expect(outcome.dropped == [.timeout: 20], "\(outcome)")
      #expect(clock.now - start < .seconds(3))
      let exporter = try OTLPHTTPExporter(.init(endpoint: peer.endpoint), diagnostics: EventLog().diagnostics)
      start = clock.now
      let task = Task {
        await exporter.export(SpanBatch(StandardWorkload().spans(0..<5)), deadline: .after(.seconds(50)))
      }
      #expect(await Loopback.wait { peer.requests.count == 2 })
      task.cancel()
      #expect(await task.value.dropped == [.shutdown: 5])
      await exporter.shutdown(deadline: .after(.seconds(1)))
      #expect(clock.now - start < .seconds(20))
      await peer.kill()
    }

    @Test("without a server the items are unreachable, and the message says why (3.2.11)")
    func unreachable() async throws {
      let place = Loopback.HeldPort()
      for host in ["127.0.0.1", "no-such-host.invalid"] {
        let exporter = try OTLPHTTPExporter(
          .init(endpoint: "http://\(host):\(place.number)"), diagnostics: EventLog().diagnostics)
        let outcome = await exporter.export(SpanBatch(StandardWorkload().spans(0..<5)), deadline: .after(.seconds(2)))
        await exporter.shutdown(deadline: .after(.seconds(1)))
        #expect(outcome.dropped == [.unreachable: 5], "\(outcome)")
        let message = "\(outcome.error!)"
        #expect(message.contains(host == "127.0.0.1" ? "onnect" : "can't be resolved"), "\(message)")
      }
    }
  }
#endif
