import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TestSupport
import Testing

extension PeerTests {
  /// Servers that block a client. The command still ends by its shutdown timeout.
  @Suite(.serialized) struct BlackHoleTests {
    /// Exports a thousand spans and expects that all are counted as dropped before the timeout of 3 s. The additional second
    /// is for machines that stall (ARCHITECTURE D9).
    private func expectLoss(at endpoint: String, _ arguments: [String] = []) async throws {
      let start = MonotonicInstant.now
      let run = try await Tool.run(
        ["load", "--endpoint", endpoint, "--spans", "1000", "--shutdown-timeout", "3", "--json"] + arguments,
        within: .seconds(20))
      let elapsed = MonotonicInstant.now - start
      #expect(run.code == 69)
      #expect(elapsed < .seconds(4))
      #expect(run.number("ended") == 1000)
      #expect(run.number("exported") == 0)
      #expect(run.number("queued") == 0)
      #expect(run.number("inFlight") == 0)
      #expect(run.dropped.values.reduce(0, +) == 1000, "\(run.output)")
      #expect(run.errors.contains("1000 of 1000 spans were not delivered"))
    }

    @Test func aServerThatNeverAnswersACall() async throws {
      let collector = try await LoopbackCollector()
      collector.onRequest { _ in .silence }
      try await expectLoss(at: collector.endpoint)
      await collector.stop()
    }

    @Test func aServerThatAcceptsAndSendsNothing() async throws {
      let listener = Loopback.Listener(backlog: 16)
      try await expectLoss(at: "http://127.0.0.1:\(listener.port)")
    }

    @Test func aServerThatAcceptsAndSendsNothingInTLS() async throws {
      let listener = Loopback.Listener(backlog: 16)
      try await expectLoss(at: "https://127.0.0.1:\(listener.port)")
    }

    @Test func aServerThatStopsReading() async throws {
      let collector = try await LoopbackCollector()
      collector.onRequest { _ in .stopReading() }
      try await expectLoss(at: collector.endpoint)
      await collector.stop()
    }

    @Test func aServerThatReadsOneByteASecond() async throws {
      let reader = try Loopback.SlowReader()
      try await expectLoss(at: "http://127.0.0.1:\(reader.port)")
    }

    @Test func aServerThatNeverGrantsWindow() async throws {
      var configuration = LoopbackCollector.Configuration()
      configuration.initialWindowSize = 0
      configuration.grantsWindow = false
      let collector = try await LoopbackCollector(configuration)
      try await expectLoss(at: collector.endpoint)
      await collector.stop()
    }

    @Test func aServerThatDropsTheSYN() async throws {
      let deaf = Loopback.Deaf()
      try await expectLoss(at: "http://127.0.0.1:\(deaf.port)")
    }

    @Test func aNameThatDoesNotResolve() async throws {
      try await expectLoss(at: "http://nowhere.invalid:4317")
    }

    @Test func aPortWithoutAListener() async throws {
      let port = Loopback.HeldPort()
      try await expectLoss(at: "http://127.0.0.1:\(port.number)")
    }

    @Test(.enabled(if: Peers.hasPython, "Tests/run makes .venv")) func aServerOfGrpcioThatNeverAnswers() async throws {
      let peer = try await PythonPeer(["--silent"])
      try await expectLoss(at: peer.endpoint)
      await peer.kill()
    }
  }
}
