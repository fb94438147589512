import OTLPGRPC
import OTLPWire
import TelemetryCore
import TelemetrySDK
import TestSupport
import Testing

extension PeerTests {
  /// Whole spans by our tracer and exporter, beside those of the SDK for Python; the published messages decode both.
  @Suite(.enabled(if: Peers.hasPython, "Tests/run makes .venv"))
  struct SpanComparisonTests {
    private static let providers = 100
    private static let spansOfEach = 30

    @Test("the same calls give the same spans, field by field")
    func spans() async throws {
      var random = SeededRandom(seed: 1)
      let cases = (0..<Self.providers).map { _ in SpanCase.random(&random, spans: Self.spansOfEach) }
      let spans = try await Self.exported(cases)
      var met: Set<SpanDifference> = []
      for (index, plan) in cases.flatMap({ group in group.spans.map { (group, $0) } }).enumerated() {
        let id = plan.1.spanID.description
        let ours = try #require(spans["ours"]?[id], "span \(index)")
        let theirs = try #require(spans["theirs"]?[id], "span \(index)")
        let unlimited = try #require(spans["unlimited"]?[id], "span \(index)")
        var expected = FlatSpan(theirs)
        expected.apply(plan.1, plan.0, unlimited: FlatSpan(unlimited), &met)
        #expect(FlatSpan(ours).differences(from: expected) == [], "span \(index)")
      }
      #expect(spans["ours"]?.count == Self.providers * Self.spansOfEach)
      #expect(met == Set(SpanDifference.allCases))
    }

    /// The spans of both sides as the peer decoded them: by sender, then by span id.
    private static func exported(_ cases: [SpanCase]) async throws -> [Substring: [String: [Substring]]] {
      let folder = try TestFiles.makeDirectory()
      defer { TestFiles.remove(folder) }
      try TestFiles.write(cases.map(\.json).joined(separator: "\n") + "\n", to: folder + "/cases")
      let peer = try SDKPeer.start("spans", folder)
      let listens = await Loopback.wait(within: .seconds(60)) { !peer.isRunning || peer.output.contains("\n") }
      let port = try #require(listens ? peer.output.firstMatch(of: /port ([0-9]+)\n/)?.output.1 : nil, "\(peer.errors)")
      var configuration = OTLPGRPCExporter.Configuration(endpoint: "http://127.0.0.1:\(port)")
      configuration.headers = ["side": "ours"]
      var batches = BatchConfiguration()
      batches.overflow = .block(upTo: .seconds(60))
      let processor = try BatchSpanProcessor(
        exporter: OTLPGRPCExporter(configuration, diagnostics: .silent), configuration: batches)
      for group in cases { try group.make(processor) }
      let ledger = await processor.shutdown(within: .seconds(60)).ledger
      #expect(ledger.exported == providers * spansOfEach && ledger.isBalanced, "\(ledger)")
      #expect(await Loopback.wait(within: .seconds(120)) { !peer.isRunning || peer.output.contains("done") })
      peer.closeInput()
      try #require(await peer.wait(within: .seconds(20)) == 0, "\(peer.errors)")
      var spans: [Substring: [String: [Substring]]] = [:]
      for line in TestFiles.read(folder + "/results").split(separator: "\n") {
        let fields = line.split(separator: "\t")
        spans[fields[0], default: [:]][String(fields[1])] = Array(fields.dropFirst(2))
      }
      return spans
    }
  }
}
