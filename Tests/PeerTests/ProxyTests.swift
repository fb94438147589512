import TestSupport
import Testing

extension PeerTests {
  /// The Collector and grpcio behind proxies, which end our HTTP/2 connection and make their own.
  @Suite(
    .serialized, .enabled(if: ProxyPeer.areThere, "Tests/run installs nginx, nghttpx and HAProxy"),
    .enabled(if: Peers.hasPython && Peers.hasCollector, "no .venv or no Collector"))
  struct ProxyTests {
    enum Backend: CaseIterable, Sendable {
      case collector, grpcio
    }

    private static let count = 20_000

    /// What a load has come to, and the spans that the server behind the proxy has seen.
    private struct Delivery {
      let run: Tool.Result
      let arrived: Int
    }

    private func deliver(
      _ backend: Backend, through kind: ProxyPeer.Kind, isSecure: Bool = false, requestsPerConnection: Int = 1_000,
      _ arguments: [String]
    ) async throws -> Delivery {
      var certificate: (file: String, key: String)?
      var arguments = ["--json"] + arguments
      if isSecure {
        certificate = (try await Certificates.path("server.pem"), try await Certificates.path("server.key"))
        arguments += ["--certificate", try await Certificates.path("ca.pem")]
      }
      func run(_ port: UInt16) async throws -> Tool.Result {
        let proxy = try await ProxyPeer(
          kind, backend: port, certificate: certificate, requestsPerConnection: requestsPerConnection)
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

    @Test(arguments: ProxyPeer.Kind.allCases, Backend.allCases)
    func plaintext(_ kind: ProxyPeer.Kind, _ backend: Backend) async throws {
      let delivery = try await deliver(backend, through: kind, ["--spans", "\(Self.count)"])
      delivery.run.expectDelivered(Self.count)
      #expect(delivery.arrived == Self.count)
    }

    @Test(arguments: ProxyPeer.Kind.allCases, Backend.allCases)
    func tlsToTheProxy(_ kind: ProxyPeer.Kind, _ backend: Backend) async throws {
      let delivery = try await deliver(backend, through: kind, isSecure: true, ["--spans", "\(Self.count)"])
      delivery.run.expectDelivered(Self.count)
      #expect(delivery.arrived == Self.count)
    }

    @Test(arguments: ProxyPeer.Kind.allCases, Backend.allCases)
    func aMessageOfThreeMegabytes(_ kind: ProxyPeer.Kind, _ backend: Backend) async throws {
      let delivery = try await deliver(backend, through: kind, ["--spans", "4600", "--batch", "4600"])
      delivery.run.expectDelivered(4600)
      #expect(delivery.run.number("attempts") == 1)
      #expect(delivery.arrived == 4600)
    }

    @Test(arguments: Backend.allCases)
    func aProxyThatClosesTheConnectionEveryFewRequests(_ backend: Backend) async throws {
      // 200 requests on 40 connections, several at once: what GOAWAY refuses is sent again and costs nothing.
      let delivery = try await deliver(
        backend, through: .nginx, requestsPerConnection: 5, ["--spans", "\(Self.count)", "--batch", "100"])
      let run = delivery.run
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.number("exported") == Self.count)
      #expect(delivery.arrived >= Self.count)
      #expect(delivery.arrived - Self.count <= run.number("possibleDuplicates"))
    }

    @Test(arguments: ProxyPeer.Kind.allCases)
    func aServerBehindItThatIsDownForAWhileLosesNothing(_ kind: ProxyPeer.Kind) async throws {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let first = try await PythonPeer(["--log", folder + "/1"])
      let proxy = try await ProxyPeer(kind, backend: first.port)
      let load = try Tool.start([
        "load", "--endpoint", proxy.endpoint, "--duration", "5", "--rate", "600", "--batch", "100", "--json",
      ])
      #expect(await Loopback.wait(within: .seconds(20)) { !TestFiles.read(folder + "/1").isEmpty })
      await first.kill()
      _ = await load.wait(within: .seconds(1))
      let second = try await PythonPeer(["--log", folder + "/2"], port: first.port)
      let run = Tool.Result(load, code: await load.wait(within: .seconds(60)))
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.number("exported") == run.number("ended"))
      #expect(run.number("ended") > 500)
      _ = await second.stop()
      await proxy.stop()
      let ids = (TestFiles.read(folder + "/1") + TestFiles.read(folder + "/2")).split(whereSeparator: \.isWhitespace)
      #expect(Set(ids).count == run.number("exported"))
      #expect(ids.count - Set(ids).count <= run.number("possibleDuplicates"))
    }

    @Test(arguments: ProxyPeer.Kind.allCases)
    func aCollectorBehindItThatIsDownForAWhileLosesNothing(_ kind: ProxyPeer.Kind) async throws {
      let first = try await CollectorPeer("plain")
      let proxy = try await ProxyPeer(kind, backend: first.port)
      let load = try Tool.start([
        "load", "--endpoint", proxy.endpoint, "--duration", "5", "--rate", "600", "--batch", "100", "--json",
      ])
      #expect(await Loopback.wait(within: .seconds(20)) { first.acceptedSpans > 0 })
      // What it takes from here on until it stops is missing in `before`, so the sum may only be too small by that.
      let before = first.acceptedSpans
      await first.stop()
      _ = await load.wait(within: .seconds(1))
      let second = try await CollectorPeer("plain", port: first.port)
      let run = Tool.Result(load, code: await load.wait(within: .seconds(60)))
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.number("exported") == run.number("ended"))
      #expect(second.acceptedSpans > 0)
      #expect(before + second.acceptedSpans <= run.number("exported") + run.number("possibleDuplicates"))
      await second.stop()
      await proxy.stop()
    }
  }
}
