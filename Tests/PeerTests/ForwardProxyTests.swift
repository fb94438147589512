import OTLPTesting
import TestSupport
import Testing

extension PeerTests {
  /// Proxies that make tunnels by CONNECT to servers in plaintext and over TLS (RULES 5.9.11).
  @Suite(
    .enabled(if: ForwardProxyPeer.areAvailable, "Tests/run installs tinyproxy and squid"),
    .enabled(if: Peers.hasPython, "Tests/run makes .venv"))
  struct ForwardProxyTests {
    private static let count = 20_000

    @Test(arguments: ForwardProxyPeer.Kind.allCases) func toGrpcioInPlaintext(_ kind: ForwardProxyPeer.Kind)
      async throws
    {
      let peer = try await PythonPeer()
      let proxy = try await ForwardProxyPeer(kind)
      let run = try await Tool.run(
        ["load", "--endpoint", peer.endpoint, "--proxy", proxy.url, "--spans", "\(Self.count)", "--json"],
        within: .seconds(90))
      run.expectDelivered(Self.count)
      #expect(
        await Loopback.wait { proxy.log.contains("127.0.0.1:\(peer.port)") }, "\(proxy.log)")
      await proxy.kill()
      #expect(await peer.stop().number("spans") == Self.count)
    }

    @Test(arguments: ForwardProxyPeer.Kind.allCases) func toGrpcioOverMutualTLS(_ kind: ForwardProxyPeer.Kind)
      async throws
    {
      let peer = try await PythonPeer([
        "--certificate", TestFiles.certificate("server.pem"), "--key", TestFiles.certificate("server.key"),
        "--client-ca", TestFiles.certificate("ca.pem"),
      ])
      let proxy = try await ForwardProxyPeer(kind)
      let run = try await Tool.run(
        [
          "load", "--endpoint", "https://localhost:\(peer.port)", "--proxy", proxy.url, "--spans", "\(Self.count)",
          "--certificate", TestFiles.certificate("ca.pem"), "--client-certificate",
          TestFiles.certificate("client.pem"), "--client-key", TestFiles.certificate("client.key"),
          "--json",
        ], within: .seconds(90))
      run.expectDelivered(Self.count)
      #expect(
        await Loopback.wait { proxy.log.contains("localhost:\(peer.port)") }, "\(proxy.log)")
      await proxy.kill()
      #expect(await peer.stop().number("spans") == Self.count)
    }

    @Test(arguments: ForwardProxyPeer.Kind.allCases, [false, true])
    func toOurOwnCollector(_ kind: ForwardProxyPeer.Kind, isSecure: Bool) async throws {
      var configuration = LoopbackCollector.Configuration()
      configuration.keptSpans = 0
      var arguments = ["--spans", "4600", "--batch", "4600", "--json"]  // A message of 3 MB.
      if isSecure {
        configuration.tls = .init(
          certificate: TestFiles.certificate("server.pem"), privateKey: TestFiles.certificate("server.key"))
        arguments += ["--certificate", TestFiles.certificate("ca.pem")]
      }
      let collector = try await LoopbackCollector(configuration)
      let proxy = try await ForwardProxyPeer(kind)
      let run = try await Tool.run(
        ["load", "--endpoint", collector.endpoint, "--proxy", proxy.url] + arguments, within: .seconds(60))
      run.expectDelivered(4600)
      #expect(collector.spanCount == 4600)
      #expect(collector.counts.connections == 1)
      await proxy.kill()
      await collector.stop()
    }

    @Test(
      "the proxy of the environment resolves a name that only the proxy knows",
      arguments: ["https_proxy", "HTTP_PROXY"])
    func theProxyResolvesTheName(variable: String) async throws {
      let collector = try await LoopbackCollector()
      let proxy = try await ForwardProxyPeer(.squid)
      let endpoint = "http://\(ForwardProxyPeer.hiddenName):\(collector.port)"
      let arguments = ["load", "--endpoint", endpoint, "--spans", "600", "--json"]
      let run = try await Tool.run(arguments, environment: [variable: proxy.url])
      run.expectDelivered(600)
      #expect(collector.spanCount == 600)
      let direct = try await Tool.run(
        arguments + ["--shutdown-timeout", "5"],
        environment: [variable: proxy.url, "no_proxy": ".hidden.example:\(collector.port)"])
      #expect(direct.code == 69)
      #expect(direct.errors.contains("the name '\(ForwardProxyPeer.hiddenName)' can't be resolved"))
      await proxy.kill()
      await collector.stop()
    }

    @Test(arguments: ForwardProxyPeer.Kind.allCases) func wrongCredentialsAreReportedAndNotShown(
      _ kind: ForwardProxyPeer.Kind
    ) async throws {
      let collector = try await LoopbackCollector()
      let proxy = try await ForwardProxyPeer(kind)
      for (user, words) in [("otlp:hunter2@", "doesn't accept the user name and password"), ("", "wants a user name")] {
        let url = "http://\(user)127.0.0.1:\(proxy.port)"
        let run = try await Tool.run([
          "load", "--endpoint", collector.endpoint, "--proxy", url, "--spans", "10", "--shutdown-timeout", "2",
          "--json",
        ])
        #expect(run.code == 69)
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(!(run.errors + run.output).contains("hunter2"))
        let doctor = try await Tool.run(["doctor", "--endpoint", collector.endpoint, "--proxy", url])
        #expect(
          doctor.output.contains("\nproxyCredentials: the proxy 127.0.0.1:\(proxy.port): it \(words)"),
          "\(doctor.output)")
      }
      #expect(collector.counts.connections == 0)
      await proxy.kill()
      await collector.stop()
    }

    @Test(arguments: ForwardProxyPeer.Kind.allCases) func anUnreachableServerIsReported(_ kind: ForwardProxyPeer.Kind)
      async throws
    {
      let proxy = try await ForwardProxyPeer(kind)
      let port = Loopback.HeldPort()
      let endpoint = "http://127.0.0.1:\(port.number)"
      let doctor = try await Tool.run(["doctor", "--endpoint", endpoint, "--proxy", proxy.url])
      #expect(doctor.code == 69)
      #expect(doctor.output.contains("\nproxyRefused: "), "\(doctor.output)")
      await proxy.kill()
      withExtendedLifetime(port) {}
    }

    @Test(arguments: ForwardProxyPeer.Kind.allCases) func aKilledProxyLosesNothing(_ kind: ForwardProxyPeer.Kind)
      async throws
    {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let peer = try await PythonPeer(["--log", folder + "/log"])
      let first = try await ForwardProxyPeer(kind)
      let load = try Tool.start([
        "load", "--endpoint", peer.endpoint, "--proxy", first.url, "--duration", "5", "--rate", "600", "--batch", "100",
        "--json",
      ])
      #expect(await Loopback.wait { !TestFiles.read(folder + "/log").isEmpty })
      await first.kill()
      _ = await load.wait(within: .seconds(1))
      let second = try await ForwardProxyPeer(kind, at: first.place)
      let run = Tool.Result(load, code: await load.wait())
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.number("ended") > 500)
      #expect(run.number("exported") == run.number("ended"))
      _ = await peer.stop()
      await second.kill()
      let ids = TestFiles.read(folder + "/log").split(whereSeparator: \.isWhitespace)
      #expect(Set(ids).count == run.number("exported"))
      #expect(ids.count - Set(ids).count <= run.number("possibleDuplicates"))
    }
  }
}
