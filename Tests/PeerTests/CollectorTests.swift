import OTLPWire
import TelemetrySDK
import TestSupport
import Testing

extension PeerTests {
  /// Exports to the OpenTelemetry Collector, which counts the accepted spans.
  @Suite(.enabled(if: Peers.hasCollector, "OTELCOL names no Collector"))
  struct CollectorTests {
    private static let count = 200_000

    /// Runs `otlp load` and compares its count with the Collector's.
    private func deliver(
      to peer: CollectorPeer, scheme: String = "http", _ arguments: [String] = [], spans: Int = count
    ) async throws {
      let endpoint = "\(scheme)://localhost:\(peer.port)"
      let run = try await Tool.run(
        ["load", "--endpoint", endpoint, "--spans", "\(spans)", "--json"] + arguments, within: .seconds(180))
      run.expectDelivered(spans)
      #expect(await peer.waitForSpans(spans))
      #expect(peer.acceptedSpans == spans)
      await peer.stop()
    }

    @Test func plaintext() async throws {
      try await deliver(to: try await CollectorPeer("plain"))
    }

    @Test func gzip() async throws {
      try await deliver(to: try await CollectorPeer("plain"), ["--compression", "gzip"])
    }

    @Test func aServerWithALimitOfOneMebibyte() async throws {
      // 4000 spans are 2.6 MB, so each batch must be split (trap 18, RULES 1.1.7).
      try await deliver(to: try await CollectorPeer("small-messages"), ["--batch", "4000"])
    }

    @Test func bearerToken() async throws {
      let peer = try await CollectorPeer("bearer", environment: ["TOKEN": "a=b=="])
      try await deliver(to: peer, ["--header", "authorization=Bearer a=b=="])  // Trap 11.
    }

    @Test func aWrongTokenIsRefusedAndTheStatusIsReported() async throws {
      let peer = try await CollectorPeer("bearer", environment: ["TOKEN": "secret"])
      let run = try await Tool.run([
        "load", "--endpoint", peer.endpoint, "--spans", "600", "--header", "authorization=Bearer wrong-one", "--json",
      ])
      #expect(run.code == 69)
      #expect(run.dropped == ["refused": 600])
      #expect(run.errors.contains("UNAUTHENTICATED"))
      #expect(!run.errors.contains("wrong-one"))
      await peer.stop()
    }

    @Test func tls() async throws {
      let peer = try await CollectorPeer(
        "tls",
        environment: [
          "CERT": TestFiles.certificate("server.pem"), "KEY": TestFiles.certificate("server.key"),
        ])
      try await deliver(to: peer, scheme: "https", ["--certificate", TestFiles.certificate("ca.pem")])
    }

    @Test func mutualTLS() async throws {
      let peer = try await CollectorPeer("mtls", environment: mutual)
      try await deliver(
        to: peer, scheme: "https",
        [
          "--certificate", TestFiles.certificate("ca.pem"), "--client-certificate",
          TestFiles.certificate("client.pem"), "--client-key", TestFiles.certificate("client.key"),
        ])
    }

    @Test func nothingIsSentWithoutTheRequiredClientCertificate() async throws {
      let peer = try await CollectorPeer("mtls", environment: mutual)
      let run = try await Tool.run(
        [
          "load", "--endpoint", "https://localhost:\(peer.port)", "--certificate",
          TestFiles.certificate("ca.pem"),
          "--spans", "1000", "--shutdown-timeout", "3", "--json",
        ], within: .seconds(20))
      #expect(run.code == 69)
      #expect(run.number("exported") == 0)
      #expect(run.errors.contains("client certificate"))
      #expect(peer.acceptedSpans == 0)
      await peer.stop()
    }

    @Test func goAwayEverySecondLosesNothing() async throws {
      let peer = try await CollectorPeer("aging")
      let run = try await Tool.run(
        ["load", "--endpoint", peer.endpoint, "--duration", "5", "--rate", "20000", "--json"], within: .seconds(60))
      let ended = run.number("ended")
      run.expectDelivered(ended)
      #expect(ended > 1000)
      #expect(await peer.waitForSpans(ended))
      #expect(peer.acceptedSpans == ended)
      await peer.stop()
    }

    @Test func aRestartLosesNothing() async throws {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let first = try await CollectorPeer("file", environment: ["OUTPUT": folder + "/1.jsonl"])
      let load = try Tool.start([
        "load", "--endpoint", first.endpoint, "--duration", "8", "--rate", "300", "--json",
      ])
      #expect(await Loopback.wait { first.acceptedSpans > 0 })
      await first.stop()
      _ = await load.wait(within: .seconds(2))
      let second = try await CollectorPeer("file", at: first.place, environment: ["OUTPUT": folder + "/2.jsonl"])
      let run = Tool.Result(load, code: await load.wait())
      await second.stop()
      try await Arrivals.atCollector(folder + "/1.jsonl", folder + "/2.jsonl").expectAll(of: run)
    }

    @Test("nested commands of otlp exec make a tree at the Collector")
    func nestedCommands() async throws {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let peer = try await CollectorPeer("file", environment: ["OUTPUT": folder + "/spans.jsonl"])
      let own = [Tool.path, "exec", "--endpoint", peer.endpoint, "--shutdown-timeout", "60"]
      let run = try await Tool.run(
        Array(own.dropFirst()) + ["--name", "outer", "--service", "ci"] + own + [
          "--name", "inner", "--", "sh", "-c", "exit 7",
        ],
        environment: ["TRACEPARENT": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "TRACESTATE": "a=b"])
      #expect(run.code == 7 && run.errors.isEmpty, "\(run.errors)")
      let sent = try await Tool.run(
        ["span", "--endpoint", peer.endpoint, "--shutdown-timeout", "60", "--name", "after", "--parent", "none"])
      #expect(sent.code == 0)
      #expect(await peer.waitForSpans(3))
      await peer.stop()
      let lines = TestFiles.read(folder + "/spans.jsonl").split(separator: "\n")
      let spans = try lines.flatMap { try OTLPJSON.decode(String($0)) }
      #expect(spans.count == 3)
      let outer = try #require(spans.first { $0.name == "outer" })
      let inner = try #require(spans.first { $0.name == "inner" })
      let after = try #require(spans.first { $0.name == "after" })
      #expect("\(outer.traceID)" == "0af7651916cd43dd8448eb211c80319c" && inner.traceID == outer.traceID)
      #expect("\(outer.parentSpanID)" == "b7ad6b7169203331" && inner.parentSpanID == outer.spanID)
      #expect(outer.traceState == "a=b" && inner.traceState == "a=b" && inner.flags == 0x301)
      #expect(inner.status == .error("exit code 7") && inner.attributes["process.exit.code"] == 7)
      #expect(outer.status == inner.status && outer.resource.attributes["service.name"] == "ci")
      #expect(!after.parentSpanID.isValid && sent.output.contains("\(after.spanID)"))
    }

    /// The configuration of a Collector that forwards a request before the answer.
    private static func forwarding(to port: UInt16) -> String {
      """
      receivers:
        otlp: {protocols: {grpc: {endpoint: "127.0.0.1:${env:GRPC_PORT}"}, http: {endpoint: "127.0.0.1:${env:HTTP_PORT}"}}}
      exporters:
        otlp_grpc: {endpoint: "127.0.0.1:\(port)", tls: {insecure: true}, sending_queue: {enabled: false}}
      service:
        telemetry:
          logs: {level: warn}
          metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: "${env:METRICS_PORT}"}}}}]}
        pipelines: {traces: {receivers: [otlp], exporters: [otlp_grpc]}}

      """
    }

    #if HTTP
      private static let killed = [("grpc", 300), ("grpc", 5_000), ("http/protobuf", 5_000), ("http/json", 5_000)]
    #else
      private static let killed = [("grpc", 300), ("grpc", 5_000)]
    #endif

    @Test(
      "kill -9 and a restart during a load lose nothing", .enabled(if: Peers.hasPython, "no .venv"), arguments: killed)
    func aKilledCollectorLosesNothing(protocolName: String, rate: Int) async throws {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let server = try await PythonPeer(["--log", folder + "/log"])
      try TestFiles.write(Self.forwarding(to: server.port), to: folder + "/forward.yaml")
      let first = try await CollectorPeer(folder + "/forward.yaml")
      let port = protocolName == "grpc" ? first.port : first.httpPort
      let load = try Tool.start([
        "load", "--protocol", protocolName, "--endpoint", "http://127.0.0.1:\(port)", "--duration", "8", "--rate",
        "\(rate)", "--json",
      ])
      #expect(await Loopback.wait { !TestFiles.read(folder + "/log").isEmpty })
      await first.stop(9)
      _ = await load.wait(within: .seconds(2))
      let second = try await CollectorPeer(folder + "/forward.yaml", at: first.place, httpAt: first.httpPlace)
      let run = Tool.Result(load, code: await load.wait())
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.number("exported") == run.number("ended"))
      #expect(run.number("ended") > 100)
      await second.stop()
      _ = await server.stop()
      let ids = TestFiles.read(folder + "/log").split(whereSeparator: \.isWhitespace)
      #expect(Set(ids).count == run.number("exported"))
      #expect(ids.count - Set(ids).count <= run.number("possibleDuplicates"))
    }

    @Test func refusalForLackOfMemoryIsRetriedUntilTheDeadline() async throws {
      let peer = try await CollectorPeer("refuse")
      // The Collector's memory limiter starts to refuse after a moment.
      var probe: Int32?
      for _ in 0..<20 where probe != 69 {
        probe = try await Tool.run(["load", "--endpoint", peer.endpoint, "--spans", "1", "--shutdown-timeout", "0.2"])
          .code
      }
      let before = peer.acceptedSpans
      let run = try await Tool.run(
        ["load", "--endpoint", peer.endpoint, "--spans", "600", "--shutdown-timeout", "3", "--json"],
        within: .seconds(20))
      #expect(run.code == 69)
      #expect(run.number("exported") == 0)
      #expect(run.number("attempts") > 2)
      #expect(run.errors.contains("UNAVAILABLE"))
      #expect(peer.acceptedSpans == before)
      await peer.stop()
    }

    private var mutual: [String: String] {
      [
        "CERT": TestFiles.certificate("server.pem"), "KEY": TestFiles.certificate("server.key"),
        "CLIENT_CA": TestFiles.certificate("ca.pem"),
      ]
    }
  }
}
