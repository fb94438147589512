import TestSupport
import Testing

extension PeerTests {
  /// grpcio with the published messages.
  @Suite(.enabled(if: Peers.hasPython, "Tests/run makes .venv"))
  struct PythonServerTests {
    private func load(_ peer: PythonPeer, _ arguments: [String], scheme: String = "http") async throws -> Tool.Result {
      try await Tool.run(
        ["load", "--endpoint", "\(scheme)://localhost:\(peer.port)", "--json"] + arguments, within: .seconds(90))
    }

    @Test(arguments: [[], ["--compression", "gzip"]]) func delivers(_ compression: [String]) async throws {
      let peer = try await PythonPeer(["--gzip-answers"])
      let run = try await load(peer, ["--spans", "20000"] + compression)
      run.expectDelivered(20_000)
      #expect(await peer.stop().number("spans") == 20_000)
    }

    @Test func deliversOverTLSWithHeaders() async throws {
      let peer = try await PythonPeer([
        "--certificate", try await Certificates.path("server.pem"), "--key", try await Certificates.path("server.key"),
        "--client-ca", try await Certificates.path("ca.pem"),
      ])
      let run = try await load(
        peer,
        [
          "--spans", "20000", "--certificate", try await Certificates.path("ca.pem"), "--client-certificate",
          try await Certificates.path("client.pem"), "--client-key", try await Certificates.path("client.key"),
          "--header", "authorization=Basic abc",
        ], scheme: "https")
      run.expectDelivered(20_000)
      let summary = await peer.stop()
      #expect(summary.number("spans") == 20_000)
      #expect(summary.output.contains("[\"Basic abc\"]"))
    }

    @Test func retriesWhatMayBeRetriedAndNothingElse() async throws {
      // 1.4.3: UNAVAILABLE, RESOURCE_EXHAUSTED with RetryInfo; the third batch is refused for good.
      let peer = try await PythonPeer([
        "--fail", "UNAVAILABLE", "--fail", "RESOURCE_EXHAUSTED:50", "--fail", "OK", "--fail", "PERMISSION_DENIED",
      ])
      let run = try await load(peer, ["--spans", "1024", "--concurrency", "1"])
      #expect(run.code == 69)
      #expect(run.dropped == ["refused": 512])
      #expect(run.number("exported") == 512)
      #expect(run.number("attempts") == 4)
      #expect(await peer.stop().number("spans") == 512)
    }

    @Test("what INVALID_ARGUMENT refuses is sent again in halves, so that one bad span takes no others along")
    func invalidArgumentIsBisected() async throws {
      let peer = try await PythonPeer(["--fail", "INVALID_ARGUMENT"])
      let run = try await load(peer, ["--spans", "512"])
      run.expectDelivered(512)
      #expect(run.number("attempts") == 3)
      #expect(await peer.stop().number("spans") == 512)
    }

    @Test func partialSuccessIsCountedAndNotRetried() async throws {
      let peer = try await PythonPeer(["--fail", "PARTIAL:12"])
      let run = try await load(peer, ["--spans", "512"])
      #expect(run.code == 69)
      #expect(run.number("rejected") == 12)
      #expect(run.number("exported") == 500)
      #expect(run.errors.contains("rejected by the test"))
      #expect(await peer.stop().number("calls") == 1)
    }

    @Test func aServerThatTakesLittleGetsSmallerRequests() async throws {
      let peer = try await PythonPeer(["--max-bytes", "100000"])
      let run = try await load(peer, ["--spans", "5000"])
      run.expectDelivered(5000)
      #expect(await peer.stop().number("spans") == 5000)
    }

    @Test("kill -9 and a new start in the middle of a load: nothing is lost", arguments: [300, 5_000])
    func killedInTheMiddleNothingIsLost(rate: Int) async throws {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let first = try await PythonPeer(["--log", folder + "/1"])
      let load = try Tool.start([
        "load", "--endpoint", first.endpoint, "--duration", "8", "--rate", "\(rate)", "--json",
      ])
      #expect(await Loopback.wait { !TestFiles.read(folder + "/1").isEmpty })
      await first.kill()
      _ = await load.wait(within: .seconds(2))
      let second = try await PythonPeer(["--log", folder + "/2"], at: first.place)
      let run = Tool.Result(load, code: await load.wait())
      #expect(run.number("ended") > 100)
      _ = await second.stop()
      Arrivals.atPython(folder + "/1", folder + "/2").expectAll(of: run)
    }

    @Test(arguments: [
      ("other_name", "ca.pem", "localhost"), ("server", "other_ca.pem", "authority"), ("expired", "ca.pem", "expired"),
      ("self_signed", "ca.pem", "self-signed"), ("future", "ca.pem", "not valid before"),
    ])
    func aWrongCertificateIsNamedAndNothingIsSent(_ server: String, _ authority: String, _ word: String) async throws {
      let peer = try await PythonPeer([
        "--certificate", try await Certificates.path(server + ".pem"), "--key",
        try await Certificates.path(server + ".key"),
      ])
      let run = try await load(
        peer,
        [
          "--spans", "100", "--shutdown-timeout", "3", "--certificate", try await Certificates.path(authority),
        ], scheme: "https")
      #expect(run.code == 69)
      #expect(run.number("exported") == 0)
      #expect(run.errors.contains(word), "\(run.errors)")
      #expect(await peer.stop().number("calls") == 0)
    }
  }
}
