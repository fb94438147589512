import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TestSupport
import Testing

extension PeerTests {
  /// Exports to grpcio from programs other than the command.
  @Suite(.enabled(if: Peers.hasPython, "Tests/run makes .venv"))
  struct PythonProgramTests {
    @Test(
      "only the spans that are too large are dropped",
      arguments: ["--max-bytes", "--unnamed-max-bytes"])
    func oversizedSpans(option: String) async throws {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      let peer = try await PythonPeer([option, "100000", "--log", folder + "/spans"])
      var configuration = OTLPGRPCExporter.Configuration(endpoint: peer.endpoint)
      configuration.compression = .none
      let processor = try BatchSpanProcessor(exporter: OTLPGRPCExporter(configuration, diagnostics: .silent))
      var spans = StandardWorkload().spans(0..<508)
      let normal = Set(spans.map { "\($0.spanID)" })
      for (number, place) in [508, 300, 299, 0].enumerated() {
        spans.insert(Self.large(number + 1, bytes: number % 2 == 0 ? 100_000 : 3_000_000), at: place)
      }
      for span in spans { processor.onEnd(span) }
      let ledger = await processor.shutdown(within: .seconds(30)).ledger
      #expect(ledger.dropped == [.tooLarge: 4])
      #expect(ledger.exported == 508 && ledger.isBalanced)
      _ = await peer.stop()
      let arrivals = Arrivals.atPython(folder + "/spans")
      #expect(Set(arrivals.ids.map(String.init)) == normal)
      #expect(arrivals.repeated.isEmpty)
    }

    private static func large(_ number: Int, bytes: Int) -> SpanData {
      SpanData(
        traceID: TraceID(high: 1, low: 1), spanID: SpanID(UInt64(number)), name: "large \(number)",
        startTimeUnixNano: 1,
        endTimeUnixNano: 2, attributes: ["blob": .string(String(repeating: "x", count: bytes))])
    }

    @Test(
      "a parent and its forked children export their spans, with the inherited exporter or a new one",
      arguments: [false, true], [false, true])
    func prefork(tls: Bool, own: Bool) async throws {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      var arguments = ["--log", folder + "/spans"]
      if tls {
        arguments += ["--certificate", TestFiles.certificate("server.pem")]
        arguments += ["--key", TestFiles.certificate("server.key")]
      }
      let peer = try await PythonPeer(arguments)
      var options = ["endpoint=\(tls ? "https" : "http")://localhost:\(peer.port)"]
      if tls { options.append("ca=\(TestFiles.certificate("ca.pem"))") }
      let program = try ChildProcess(
        [TestFiles.products + "/ProcessSubject", "prefork"] + options
          + ["children=4", "spans=100", "own=\(own ? 1 : 0)"])
      let code = await program.wait()
      #expect(code == 0, "\(program.output) \(program.errors)")
      _ = await peer.stop()
      // The parent exports 300 spans, each child 200.
      let arrivals = Arrivals.atPython(folder + "/spans")
      let ids = (0...4).flatMap { process in
        let workload = StandardWorkload(seed: UInt64(process), startTimeUnixNano: 1)
        return workload.spans(0..<(process == 0 ? 300 : 200)).map { "\($0.spanID)" }
      }
      #expect(Set(arrivals.ids.map(String.init)) == Set(ids))
      #expect(arrivals.count == ids.count)
    }
  }
}
