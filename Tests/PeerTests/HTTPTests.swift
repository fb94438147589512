#if HTTP
  import TestSupport
  import Testing

  extension PeerTests {
    /// OTLP over HTTP with the OpenTelemetry Collector, alone and behind other projects' proxies.
    @Suite(.enabled(if: Peers.hasCollector, "OTELCOL names no Collector"))
    struct HTTPTests {
      private static let count = 50_000

      /// Runs `otlp load` and compares its count with the Collector's.
      private func deliver(
        to peer: CollectorPeer, at endpoint: String, _ arguments: [String] = [], mayRepeat: Bool = false
      ) async throws {
        let spans = Self.count
        let run = try await Tool.run(
          ["load", "--endpoint", endpoint, "--spans", "\(spans)", "--json"] + arguments, within: .seconds(180))
        run.expectDelivered(spans, mayRepeat: mayRepeat)
        #expect(await peer.waitForSpans(spans))
        #expect(peer.acceptedSpans <= spans + run.number("possibleDuplicates"))
        await peer.stop()
      }

      @Test(arguments: ["http/protobuf", "http/json"], ["none", "gzip"])
      func plaintext(_ name: String, compression: String) async throws {
        let peer = try await CollectorPeer("plain")
        try await deliver(
          to: peer, at: "http://localhost:\(peer.httpPort)", ["--protocol", name, "--compression", compression])
      }

      @Test(arguments: ["http/protobuf", "http/json"])
      func tls(_ name: String) async throws {
        let peer = try await CollectorPeer(
          "tls",
          environment: [
            "CERT": TestFiles.certificate("server.pem"), "KEY": TestFiles.certificate("server.key"),
          ])
        try await deliver(
          to: peer, at: "https://localhost:\(peer.httpPort)",
          ["--protocol", name, "--certificate", TestFiles.certificate("ca.pem")])
      }

      @Test func mutualTLS() async throws {
        let peer = try await CollectorPeer(
          "mtls",
          environment: [
            "CERT": TestFiles.certificate("server.pem"), "KEY": TestFiles.certificate("server.key"),
            "CLIENT_CA": TestFiles.certificate("ca.pem"),
          ])
        let trust = ["--protocol", "http/protobuf", "--certificate", TestFiles.certificate("ca.pem")]
        let endpoint = "https://localhost:\(peer.httpPort)"
        let refused = try await Tool.run(
          ["load", "--endpoint", endpoint, "--spans", "10", "--shutdown-timeout", "2", "--json"] + trust,
          within: .seconds(30))
        #expect(refused.code == 69)
        #expect(refused.number("exported") == 0)
        try await deliver(
          to: peer, at: endpoint,
          trust + [
            "--client-certificate", TestFiles.certificate("client.pem"), "--client-key",
            TestFiles.certificate("client.key"),
          ])
      }

      @Test(
        .enabled(if: ProxyPeer.areAvailable, "no proxies: run Tests/run"), arguments: [ProxyPeer.Kind.nginx, .haproxy],
        [false, true])
      func reverseProxy(_ kind: ProxyPeer.Kind, isSecure: Bool) async throws {
        let peer = try await CollectorPeer("plain")
        var options = ProxyPeer.Options()
        options.isHTTP = true
        if isSecure {
          options.certificate = (TestFiles.certificate("server.pem"), TestFiles.certificate("server.key"))
        }
        let proxy = try await ProxyPeer(kind, backend: peer.httpPort, options)
        let trust = isSecure ? ["--certificate", TestFiles.certificate("ca.pem")] : []
        try await deliver(to: peer, at: proxy.endpoint, ["--protocol", "http/protobuf"] + trust)
        await proxy.stop()
      }

      @Test(.enabled(if: ForwardProxyPeer.areAvailable, "no proxies: run Tests/run"), arguments: [false, true])
      func forwardProxy(isSecure: Bool) async throws {
        let peer = try await CollectorPeer(
          isSecure ? "tls" : "plain",
          environment: [
            "CERT": TestFiles.certificate("server.pem"), "KEY": TestFiles.certificate("server.key"),
          ])
        let proxy = try await ForwardProxyPeer(isSecure ? .squid : .tinyproxy)
        let trust = isSecure ? ["--certificate", TestFiles.certificate("ca.pem")] : []
        let endpoint = "\(isSecure ? "https" : "http")://localhost:\(peer.httpPort)"
        let wrong = try await Tool.run(
          [
            "load", "--endpoint", endpoint, "--protocol", "http/protobuf", "--spans", "10", "--proxy",
            "http://otlp:wrong-one@127.0.0.1:\(proxy.port)", "--shutdown-timeout", "2", "--json",
          ] + trust, within: .seconds(30))
        #expect(wrong.code == 69)
        #expect(!wrong.errors.contains("wrong-one"), "\(wrong.errors)")
        // A refusal that comes while the request is sent is lost with the connection.
        if isSecure { #expect(wrong.errors.contains("407"), "\(wrong.errors)") }
        // tinyproxy ends connections without saying so in its answers, so a request may meet the end of its connection.
        try await deliver(
          to: peer, at: endpoint, ["--protocol", "http/protobuf", "--proxy", proxy.url] + trust, mayRepeat: !isSecure)
        #expect(!proxy.log.isEmpty)
        await proxy.kill()
      }

      @Test func aRestartLosesNothing() async throws {
        let folder = try TestFiles.makeDirectory()
        defer { TestFiles.remove(folder) }
        let first = try await HTTPPeer()
        let load = try Tool.start([
          "load", "--endpoint", first.endpoint, "--protocol", "http/json", "--duration", "4", "--rate", "300", "--json",
        ])
        #expect(await Loopback.wait { first.requests.count > 1 })
        await first.kill()
        // What it had received before it ended, and may not have answered.
        let before = first.requests.reduce(0) { $0 + $1.spanCount }
        let second = try await HTTPPeer(at: first.place)
        let run = Tool.Result(load, code: await load.wait())
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.number("exported") == run.number("ended"))
        let after = second.requests.reduce(0) { $0 + $1.spanCount }
        #expect(before + after >= run.number("ended"))
        #expect(before + after <= run.number("ended") + run.number("possibleDuplicates"))
        _ = await second.stop()
      }
    }
  }
#endif
