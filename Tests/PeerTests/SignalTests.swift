import TelemetrySDK
import TestSupport
import Testing

extension PeerTests {
  /// Log records and metrics at the OpenTelemetry Collector, which counts what it accepts.
  @Suite(.enabled(if: Peers.hasCollector, "OTELCOL names no Collector"))
  struct SignalTests {
    private func deliver(
      _ signal: OTLPSignal, to peer: CollectorPeer, at endpoint: String, _ arguments: [String], items: Int = 50_000
    ) async throws {
      let run = try await Tool.run(
        ["load", "--signal", "\(signal)", "--endpoint", endpoint, "--items", "\(items)", "--json"] + arguments,
        within: .seconds(180))
      run.expectDelivered(items)
      #expect(await peer.wait(for: signal.collectorItems, items))
      #expect(peer.accepted(signal.collectorItems) == items)
      await peer.stop()
    }

    #if HTTP
      private static let protocols = ["grpc", "http/protobuf", "http/json"]
    #else
      private static let protocols = ["grpc"]
    #endif

    @Test(arguments: [OTLPSignal.logs, .metrics], protocols)
    func plaintext(_ signal: OTLPSignal, protocolName: String) async throws {
      let peer = try await CollectorPeer("plain")
      let port = protocolName == "grpc" ? peer.port : peer.httpPort
      try await deliver(signal, to: peer, at: "http://localhost:\(port)", ["--protocol", protocolName])
    }

    @Test(
      "through a reverse proxy, in plaintext and over TLS",
      .enabled(if: ProxyPeer.areAvailable, "no proxies: run Tests/run"),
      arguments: [OTLPSignal.logs, .metrics], [ProxyPeer.Kind.nginx, .haproxy])
    func reverseProxy(_ signal: OTLPSignal, _ kind: ProxyPeer.Kind) async throws {
      for protocolName in Self.protocols {
        for isSecure in [false, true] {
          let peer = try await CollectorPeer("plain")
          var options = ProxyPeer.Options()
          options.isHTTP = protocolName != "grpc"
          if isSecure {
            options.certificate = (TestFiles.certificate("server.pem"), TestFiles.certificate("server.key"))
          }
          let proxy = try await ProxyPeer(kind, backend: options.isHTTP ? peer.httpPort : peer.port, options)
          let trust = isSecure ? ["--certificate", TestFiles.certificate("ca.pem")] : []
          try await deliver(signal, to: peer, at: proxy.endpoint, ["--protocol", protocolName] + trust, items: 20_000)
          await proxy.stop()
        }
      }
    }

    @Test("compressed, over mutual TLS", arguments: [OTLPSignal.logs, .metrics], protocols)
    func mutualTLS(_ signal: OTLPSignal, protocolName: String) async throws {
      let peer = try await CollectorPeer(
        "mtls",
        environment: [
          "CERT": TestFiles.certificate("server.pem"), "KEY": TestFiles.certificate("server.key"),
          "CLIENT_CA": TestFiles.certificate("ca.pem"),
        ])
      try await deliver(
        signal, to: peer, at: "https://localhost:\(protocolName == "grpc" ? peer.port : peer.httpPort)",
        [
          "--protocol", protocolName, "--compression", "gzip", "--certificate", TestFiles.certificate("ca.pem"),
          "--client-certificate",
          TestFiles.certificate("client.pem"), "--client-key", TestFiles.certificate("client.key"),
        ])
    }

    @Test(
      "a metric with more data points than the server takes in a message is cut",
      arguments: [OTLPSignal.logs, .metrics])
    func smallMessages(_ signal: OTLPSignal) async throws {
      let peer = try await CollectorPeer("small-messages")
      try await deliver(signal, to: peer, at: peer.endpoint, ["--batch", "10000"])
    }

    @Test("a restart of the server loses nothing", arguments: [OTLPSignal.logs, .metrics])
    func restart(_ signal: OTLPSignal) async throws {
      let first = try await CollectorPeer("plain")
      let load = try Tool.start([
        "load", "--signal", "\(signal)", "--endpoint", first.endpoint, "--duration", "6", "--rate", "2000", "--json",
      ])
      #expect(await Loopback.wait { first.accepted(signal.collectorItems) > 0 })
      await first.stop()
      let second = try await CollectorPeer("plain", at: first.place)
      let run = Tool.Result(load, code: await load.wait())
      #expect(run.code == 0 && run.number("exported") == run.number("ended"), "\(run.errors)")
      #expect(run.number("ended") > 5000 && second.accepted(signal.collectorItems) > 0)
      await second.stop()
    }
  }
}

extension OTLPSignal {
  /// The Collector's name for the items.
  fileprivate var collectorItems: String {
    switch self {
    case .traces: "spans"
    case .logs: "log_records"
    case .metrics: "metric_points"
    @unknown default: ""
    }
  }
}
