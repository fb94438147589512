import TestSupport
import Testing

extension PeerTests {
  /// The Collector and grpcio behind proxies, which terminate our HTTP/2 connection and open another.
  @Suite(
    .enabled(if: ProxyPeer.areAvailable, "Tests/run installs nginx, nghttpx, HAProxy and Envoy"),
    .enabled(if: Peers.hasPython, "Tests/run makes .venv"))
  struct ProxyTests {
    enum Backend: CaseIterable, Sendable {
      case collector, grpcio

      static let thatAreThere = allCases.filter { $0 == .grpcio || Peers.hasCollector }
    }

    private static let count = 20_000

    /// The result of a load, and the number of spans at the server behind the proxy.
    private struct Delivery {
      let run: Tool.Result
      let arrived: Int
    }

    private enum Security {
      case plaintext, tls, mutualTLS
    }

    private func deliver(
      _ backend: Backend, through kind: ProxyPeer.Kind, over security: Security = .plaintext,
      _ arguments: [String]
    ) async throws -> Delivery {
      var options = ProxyPeer.Options()
      var arguments = ["--json"] + arguments
      if security != .plaintext {
        options.certificate = (TestFiles.certificate("server.pem"), TestFiles.certificate("server.key"))
        arguments += ["--certificate", TestFiles.certificate("ca.pem")]
      }
      if security == .mutualTLS {
        options.clientAuthorities = TestFiles.certificate("ca.pem")
        arguments += ["--client-certificate", TestFiles.certificate("client.pem")]
        arguments += ["--client-key", TestFiles.certificate("client.key")]
      }
      func run(_ port: UInt16) async throws -> Tool.Result {
        let proxy = try await ProxyPeer(kind, backend: port, options)
        let run = try await Tool.run(["load", "--endpoint", proxy.endpoint] + arguments, within: .seconds(90))
        await proxy.stop()
        return run
      }
      switch backend {
      case .collector:
        let peer = try await CollectorPeer("plain")
        let result = try await run(peer.port)
        _ = await peer.waitForSpans(result.number("exported"))
        let arrived = peer.acceptedSpans
        await peer.stop()
        return Delivery(run: result, arrived: arrived)
      case .grpcio:
        let peer = try await PythonPeer()
        let result = try await run(peer.port)
        return Delivery(run: result, arrived: await peer.stop().number("spans"))
      }
    }

    @Test(arguments: ProxyPeer.Kind.allCases, Backend.thatAreThere)
    func plaintext(_ kind: ProxyPeer.Kind, _ backend: Backend) async throws {
      let delivery = try await deliver(backend, through: kind, ["--spans", "\(Self.count)"])
      delivery.run.expectDelivered(Self.count)
      #expect(delivery.arrived == Self.count)
    }

    @Test(arguments: ProxyPeer.Kind.allCases, Backend.thatAreThere)
    func tlsWithTheProxy(_ kind: ProxyPeer.Kind, _ backend: Backend) async throws {
      let delivery = try await deliver(backend, through: kind, over: .tls, ["--spans", "\(Self.count)"])
      delivery.run.expectDelivered(Self.count)
      #expect(delivery.arrived == Self.count)
    }

    @Test(arguments: ProxyPeer.Kind.allCases, Backend.thatAreThere)
    func mutualTLSWithTheProxy(_ kind: ProxyPeer.Kind, _ backend: Backend) async throws {
      let delivery = try await deliver(backend, through: kind, over: .mutualTLS, ["--spans", "\(Self.count)"])
      delivery.run.expectDelivered(Self.count)
      #expect(delivery.arrived == Self.count)
    }

    @Test(arguments: ProxyPeer.Kind.allCases)
    func nothingIsSentWithoutTheRequiredClientCertificate(_ kind: ProxyPeer.Kind) async throws {
      var options = ProxyPeer.Options()
      options.certificate = (TestFiles.certificate("server.pem"), TestFiles.certificate("server.key"))
      options.clientAuthorities = TestFiles.certificate("ca.pem")
      let peer = try await PythonPeer()
      let proxy = try await ProxyPeer(kind, backend: peer.port, options)
      let run = try await Tool.run(
        [
          "load", "--endpoint", proxy.endpoint, "--certificate", TestFiles.certificate("ca.pem"), "--spans",
          "100",
          "--shutdown-timeout", "3", "--json",
        ], within: .seconds(20))
      await proxy.stop()
      #expect(run.code == 69)
      #expect(run.number("exported") == 0)
      #expect(await peer.stop().number("calls") == 0)
    }

    @Test(arguments: ProxyPeer.Kind.allCases, Backend.thatAreThere)
    func aMessageOfNearlyThreeMegabytes(_ kind: ProxyPeer.Kind, _ backend: Backend) async throws {
      let delivery = try await deliver(backend, through: kind, ["--spans", "4200", "--batch", "4200"])
      delivery.run.expectDelivered(4200)
      #expect(delivery.run.number("attempts") == 1)
      #expect(delivery.arrived == 4200)
    }

    @Test(arguments: ProxyPeer.Kind.allCases, Backend.thatAreThere)
    func aProxyThatClosesTheConnectionEveryFewRequests(_ kind: ProxyPeer.Kind, _ backend: Backend) async throws {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      switch backend {
      case .collector:
        let peer = try await CollectorPeer("file", environment: ["OUTPUT": folder + "/spans"])
        let run = try await deliverOnManyConnections(kind, to: peer.port)
        await peer.stop()
        try await Arrivals.atCollector(folder + "/spans").expectAll(of: run)
      case .grpcio:
        let peer = try await PythonPeer(["--log", folder + "/spans"])
        let run = try await deliverOnManyConnections(kind, to: peer.port)
        _ = await peer.stop()
        Arrivals.atPython(folder + "/spans").expectAll(of: run)
      }
    }

    /// nginx sends GOAWAY while it still processes the request. With a pause before each new connection, 20,000 spans would
    /// take 25 s. The number of attempts shows that no export failed.
    @Test(arguments: [ProxyPeer.Kind.nginx, .nghttpx, .envoy])
    func aProxyThatClosesTheConnectionAfterEachRequest(_ kind: ProxyPeer.Kind) async throws {
      var options = ProxyPeer.Options()
      options.requestsPerConnection = 1
      let peer = try await PythonPeer()
      let proxy = try await ProxyPeer(kind, backend: peer.port, options)
      let run = try await Tool.run(
        ["load", "--endpoint", proxy.endpoint, "--json", "--spans", "\(Self.count)"], within: .seconds(90))
      await proxy.stop()
      _ = await peer.stop()
      run.expectDelivered(Self.count)
      #expect(run.number("attempts") == run.number("exports"))
      #expect(run.number("possibleDuplicates") == 0)
    }

    /// Exports 20,000 spans in requests of 100, several at once, through a proxy that allows five requests on a connection.
    /// HAProxy can't count requests and closes idle connections, and a pause of 50 ms follows each request.
    private func deliverOnManyConnections(_ kind: ProxyPeer.Kind, to backend: UInt16) async throws -> Tool.Result {
      var options = ProxyPeer.Options()
      options.requestsPerConnection = 5
      let proxy = try await ProxyPeer(kind, backend: backend, options)
      let load = kind == .haproxy ? ["--spans", "5000", "--rate", "2000"] : ["--spans", "\(Self.count)"]
      let run = try await Tool.run(
        ["load", "--endpoint", proxy.endpoint, "--batch", "100", "--json"] + load, within: .seconds(90))
      // The proxy logs a request after the answer.
      #expect(await Loopback.wait { proxy.clients.count >= run.number("exports") })
      // Up to 16 requests are open when the proxy closes the connection.
      #expect(Set(proxy.clients).count >= 10)
      await proxy.stop()
      return run
    }

    @Test(arguments: ProxyPeer.Kind.allCases)
    func aRestartOfTheServerBehindTheProxyLosesNothing(_ kind: ProxyPeer.Kind) async throws {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let first = try await PythonPeer(["--log", folder + "/1"])
      let proxy = try await ProxyPeer(kind, backend: first.port)
      let load = try Tool.start([
        "load", "--endpoint", proxy.endpoint, "--duration", "5", "--rate", "600", "--batch", "100", "--json",
      ])
      #expect(await Loopback.wait { !TestFiles.read(folder + "/1").isEmpty })
      await first.kill()
      _ = await load.wait(within: .seconds(1))
      let second = try await PythonPeer(["--log", folder + "/2"], at: first.place)
      let run = Tool.Result(load, code: await load.wait())
      #expect(run.number("ended") > 500)
      _ = await second.stop()
      await proxy.stop()
      Arrivals.atPython(folder + "/1", folder + "/2").expectAll(of: run)
    }

    @Test(.enabled(if: Peers.hasCollector, "OTELCOL names no Collector"), arguments: ProxyPeer.Kind.allCases)
    func aRestartOfTheCollectorBehindTheProxyLosesNothing(_ kind: ProxyPeer.Kind) async throws {
      let first = try await CollectorPeer("plain")
      let proxy = try await ProxyPeer(kind, backend: first.port)
      let load = try Tool.start([
        "load", "--endpoint", proxy.endpoint, "--duration", "5", "--rate", "600", "--batch", "100", "--json",
      ])
      #expect(await Loopback.wait { first.acceptedSpans > 0 })
      // `before` lacks the spans that the Collector accepts before it stops, so the sum can be too small.
      let before = first.acceptedSpans
      await first.stop()
      _ = await load.wait(within: .seconds(1))
      let second = try await CollectorPeer("plain", at: first.place)
      let run = Tool.Result(load, code: await load.wait())
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.number("exported") == run.number("ended"))
      #expect(second.acceptedSpans > 0)
      #expect(before + second.acceptedSpans <= run.number("exported") + run.number("possibleDuplicates"))
      await second.stop()
      await proxy.stop()
    }
  }
}
