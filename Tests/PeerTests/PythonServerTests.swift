import TestSupport
import Testing

extension PeerTests {
  /// Exports to grpcio with the published messages.
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
        "--certificate", TestFiles.certificate("server.pem"), "--key", TestFiles.certificate("server.key"),
        "--client-ca", TestFiles.certificate("ca.pem"),
      ])
      let run = try await load(
        peer,
        [
          "--spans", "20000", "--certificate", TestFiles.certificate("ca.pem"), "--client-certificate",
          TestFiles.certificate("client.pem"), "--client-key", TestFiles.certificate("client.key"),
          "--header", "authorization=Basic abc",
        ], scheme: "https")
      run.expectDelivered(20_000)
      let summary = await peer.stop()
      #expect(summary.number("spans") == 20_000)
      #expect(summary.output.contains("[\"Basic abc\"]"))
    }

    @Test func onlyRetryableFailuresAreRetried() async throws {
      // UNAVAILABLE, and RESOURCE_EXHAUSTED with RetryInfo, are retryable; PERMISSION_DENIED is final (1.4.3).
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

    @Test("a batch that INVALID_ARGUMENT refuses is sent again in halves")
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

    @Test func aServerWithALowLimitGetsSmallerRequests() async throws {
      let peer = try await PythonPeer(["--max-bytes", "100000"])
      let run = try await load(peer, ["--spans", "5000"])
      run.expectDelivered(5000)
      #expect(await peer.stop().number("spans") == 5000)
    }

    @Test("kill -9 and a restart during a load lose nothing", arguments: [300, 5_000])
    func aKilledServerLosesNothing(rate: Int) async throws {
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
    func aWrongCertificateIsReportedAndNothingIsSent(_ server: String, _ authority: String, _ word: String) async throws
    {
      let peer = try await PythonPeer([
        "--certificate", TestFiles.certificate(server + ".pem"), "--key",
        TestFiles.certificate(server + ".key"),
      ])
      let run = try await load(
        peer,
        [
          "--spans", "100", "--shutdown-timeout", "3", "--certificate", TestFiles.certificate(authority),
        ], scheme: "https")
      #expect(run.code == 69)
      #expect(run.number("exported") == 0)
      #expect(run.errors.contains(word), "\(run.errors)")
      #expect(await peer.stop().number("calls") == 0)
    }
  }
}
