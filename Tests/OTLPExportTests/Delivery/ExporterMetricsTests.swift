import OTLPExport
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The metrics of an exporter (4.13).
@Suite(.ownThreads) struct ExporterMetricsTests {
  private static let inFlight = "otel.sdk.exporter.span.inflight"
  private static let exported = "otel.sdk.exporter.span.exported"
  private static let duration = "otel.sdk.exporter.operation.duration"
  private static let attempts = "swift_otlp.exporter.attempts"
  private static let size = "swift_otlp.exporter.request.size"

  private static func run(
    _ steps: [ScriptedClient.Step] = [], standard: ScriptedClient.Step = .accept,
    _ body: @escaping @Sendable (DeliveryFixture) async throws -> Void
  ) throws {
    try simulate(seed: 1) { simulation in
      try await body(DeliveryFixture(simulation, steps, standard: standard))
    }
  }

  /// The durations by attributes: count and sum.
  private static func durations(_ metrics: SelfMetrics) -> [String: [Double]] {
    var result: [String: [Double]] = [:]
    for point in metrics[duration]?.points ?? [] {
      guard case .histogram(let count, let sum) = point.value else { continue }
      let names = ["error.type", "rpc.status_code"].map { name -> String in
        guard case .string(let text)? = point.attributes[name] else { return "-" }
        return text
      }
      result[names.joined(separator: " "), default: []] += [Double(count), sum]
    }
    return result
  }

  @Test("4.13: names, instruments and units are the conventions'")
  func names() throws {
    try Self.run { fixture in
      let metrics = fixture.delivery.selfMetrics.metrics
      #expect(
        metrics.map(\.name) == [
          Self.inFlight, Self.exported, Self.duration, Self.attempts, "swift_otlp.exporter.span.possible_duplicates",
          Self.size,
        ])
      #expect(
        metrics.map(\.instrument) == [.upDownCounter, .counter, .histogram, .counter, .counter, .counter])
      #expect(metrics.map(\.unit) == ["{span}", "{span}", "s", "{attempt}", "{span}", "By"])
      let attributes = metrics[0].points[0].attributes
      #expect(attributes["otel.component.type"] == "otlp_grpc_span_exporter")
      #expect(SelfMetrics.componentNumber(attributes) != nil)
      #expect(metrics[2].points.isEmpty)
    }
  }

  @Test("4.13: in flight from hand-off until concluded, pauses included; one duration over all attempts")
  func acrossRetries() throws {
    try Self.run([.fail(.server(14, retryInfo: .some(.seconds(4)))), .after(.seconds(1), .accept)]) { fixture in
      let start = fixture.simulation.now
      let export = fixture.simulation.task { await fixture.export() }
      await fixture.simulation.sleep(.seconds(2))
      #expect(fixture.delivery.selfMetrics.total(Self.inFlight) == 10)
      #expect(fixture.delivery.selfMetrics.total(Self.exported) == 0)
      #expect(await export.value.exported == 10)
      let seconds = Double((fixture.simulation.now - start).clampedNanoseconds) / 1e9
      let metrics = fixture.delivery.selfMetrics
      #expect(metrics.total(Self.inFlight) == 0)
      #expect(metrics.succeeded(Self.exported) == 10)
      #expect(metrics.failed(Self.exported) == [:])
      #expect(Self.durations(metrics) == ["- OK": [1, seconds]])
      #expect(metrics.total(Self.attempts) == 2)
      #expect(metrics.total(Self.size) == fixture.client.calls.map(\.bytes.count).reduce(0, +))
    }
  }

  @Test(
    "4.13.3: error.type and status of failed exports",
    arguments: [
      (ScriptedClient.Step.fail(.server(3)), "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
      (.fail(.server(16)), "UNAUTHENTICATED", "UNAUTHENTICATED"), (.fail(.server(14)), "timeout", "UNAVAILABLE"),
      (.silence, "timeout", "DEADLINE_EXCEEDED"), (.fail(.connect), "unreachable", "UNAVAILABLE"),
    ])
  func failures(_ step: ScriptedClient.Step, _ errorType: String, _ status: String) throws {
    try Self.run(standard: step) { fixture in
      #expect(await fixture.export(1).exported == 0)
      let metrics = fixture.delivery.selfMetrics
      #expect(metrics.succeeded(Self.exported) == 0)
      #expect(metrics.failed(Self.exported) == [errorType: 1])
      let durations = Self.durations(metrics)
      #expect(durations.keys.sorted() == ["\(errorType) \(status)"])
      #expect(durations.values.first?.first == 1)
      #expect((metrics.total(Self.size) == 0) == (errorType == "unreachable"))
    }
  }

  @Test("4.13: rejected items and their operation count as failed")
  func partialSuccess() throws {
    try Self.run([.partial(rejected: 3, "too old"), .partial(rejected: 0, "a word")]) { fixture in
      _ = await fixture.export()
      _ = await fixture.export()
      let metrics = fixture.delivery.selfMetrics
      #expect(metrics.succeeded(Self.exported) == 17)
      #expect(metrics.failed(Self.exported) == ["rejected": 3])
      #expect(Self.durations(metrics) == ["- OK": [1, 0], "rejected OK": [1, 0]])
    }
  }

  @Test("a batch in parts has counts by part and a single duration")
  func parts() throws {
    try Self.run(standard: .refusing(Set(StandardWorkload().spans(3..<4).map(\.name)))) { fixture in
      let outcome = await fixture.export()
      let metrics = fixture.delivery.selfMetrics
      #expect(metrics.succeeded(Self.exported) == outcome.exported)
      #expect(metrics.failed(Self.exported) == ["INVALID_ARGUMENT": 10 - outcome.exported])
      #expect(Self.durations(metrics).values.map { $0[0] } == [1])
      #expect(metrics.total(Self.attempts) == fixture.client.calls.count)
    }
  }

  @Test("possible duplicates, and batches after shutdown")
  func duplicatesAndShutdown() throws {
    try Self.run([.fail(.transport(.unknown))]) { fixture in
      #expect(await fixture.export().possibleDuplicates == 10)
      await fixture.delivery.shutdown(deadline: Deadline(fixture.simulation.now + .seconds(1)))
      _ = await fixture.export(7)
      let metrics = fixture.delivery.selfMetrics
      #expect(metrics.total("swift_otlp.exporter.span.possible_duplicates") == 10)
      #expect(metrics.failed(Self.exported) == ["already_shutdown": 7])
      #expect(metrics.failed(Self.duration) == ["already_shutdown": 1])
    }
  }

  /// The law between the metrics and the outcomes of all exports that have ended.
  static func check(_ metrics: SelfMetrics, _ sum: ExportOutcome, exports: Int, _ place: Comment) {
    #expect(metrics.total(inFlight) == 0, place)
    #expect(metrics.succeeded(exported) == sum.exported, place)
    #expect(metrics.failed(exported)["rejected"] ?? 0 == sum.rejected, place)
    #expect(metrics.total(exported) == sum.total, place)
    #expect(metrics.total(duration) == exports, place)
    #expect(metrics.total(attempts) == sum.attempts, place)
    #expect(metrics.total("swift_otlp.exporter.span.possible_duplicates") == sum.possibleDuplicates, place)
  }
}
