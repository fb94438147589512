import HTTP2Transport
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// The exporter with its real channel against the collector, on a virtual clock.
@Suite(.ownThreads) struct ExporterSceneTests {
  @Test func spansArrive() throws {
    try scene(configure: {
      $0.headers = ["authorization": "Bearer s3cr3t"]
      $0.userAgentPrefix = "Shop/2"
    }) { scene in
      let outcome = await scene.export(512)
      #expect(outcome.exported == 512)
      #expect(outcome.total == 512)
      #expect(scene.collector.spans == StandardWorkload().spans(0..<512))
      let request = try #require(scene.collector.requests.first)
      #expect(request.path == "/opentelemetry.proto.collector.trace.v1.TraceService/Export")  // 1.1.1
      #expect(request.header("authorization") == "Bearer s3cr3t")
      #expect(request.header("user-agent")?.hasPrefix("Shop/2 OTel-OTLP-Exporter-Swift/") == true)  // 2.5.4
      #expect(request.header(":authority") == "collector:4317")
      #expect(scene.log.events.isEmpty)
    }
  }

  @Test(
    "4.13, 4.13.5: the exporter's metrics name their server",
    arguments: [
      ("http://collector:4317", "collector", 4317), ("ipv6:[fe80::1%eth0]:99", "fe80::1%eth0", 99),
      ("unix:///run/otel.sock", "/run/otel.sock", nil), ("unix-abstract:otel", "@otel", nil),
    ] as [(String, String, Int64?)])
  func metricsNameTheServer(_ endpoint: String, _ address: String, _ port: Int64?) throws {
    try scene(configure: {
      $0.endpoint = endpoint
      $0.insecure = true
    }) { scene in
      for point in scene.exporter.selfMetrics.metrics.flatMap(\.points) {
        #expect(point.attributes["server.address"] == .string(address))
        #expect(point.attributes["server.port"] == port.map { .int($0) })
      }
    }
  }

  @Test func metricsAgreeWithOutcomes() throws {  // 4.13
    try scene { scene in
      scene.collector.script(.partialSuccess(rejected: 5, message: "too old"))
      _ = await scene.export()
      let request = try #require(scene.collector.requests.first)
      let metrics = scene.exporter.selfMetrics
      #expect(metrics.succeeded("otel.sdk.exporter.span.exported") == 15)
      #expect(metrics.failed("otel.sdk.exporter.span.exported") == ["rejected": 5])
      #expect(metrics.total("swift_otlp.exporter.request.size") == request.wireBytes)
      await scene.exporter.shutdown(deadline: Deadline(scene.simulation.now + .seconds(1)))
      _ = await scene.export(3)
      #expect(scene.exporter.selfMetrics.failed("otel.sdk.exporter.span.exported")["already_shutdown"] == 3)
    }
  }

  @Test func theStatusInTrailersIsRead() throws {  // trap 8
    for afterHeaders in [false, true] {
      try scene { scene in
        scene.collector.script(.status(.unavailable, message: "later", afterHeaders: afterHeaders))
        let outcome = await scene.export()
        #expect(outcome.exported == 20)
        #expect(outcome.attempts == 2)
        #expect(outcome.possibleDuplicates == 0)
        #expect(scene.collector.spanCount == 20)
      }
    }
  }

  @Test func retryInfoIsWaitedFor() throws {  // 1.5.5
    try scene { scene in
      scene.collector.script(.status(.resourceExhausted, retryDelay: .seconds(4)))
      let start = scene.simulation.now
      let outcome = await scene.export()
      #expect(outcome.exported == 20)
      #expect(scene.simulation.now - start >= .seconds(4))
    }
  }

  @Test func withoutRetryInfoResourceExhaustedIsFinal() throws {  // 1.4.3
    try scene { scene in
      scene.collector.script(.status(.resourceExhausted, message: "memory"))
      let outcome = await scene.export()
      #expect(outcome.dropped == [.refused: 20])
      #expect((outcome.error as? OTLPError)?.status == "RESOURCE_EXHAUSTED")
    }
  }

  @Test func negativePushbackStops() throws {  // 5.10.5
    try scene { scene in
      scene.collector.script(.status(.unavailable, pushback: "-1"), .status(.unavailable, pushback: "700"))
      #expect(await scene.export().dropped == [.refused: 20])
      let start = scene.simulation.now
      #expect(await scene.export().exported == 20)
      #expect(scene.simulation.now - start >= .milliseconds(700))
    }
  }

  @Test func partialSuccessIsCounted() throws {  // 1.3.5
    try scene { scene in
      scene.collector.script(.partialSuccess(rejected: 5, message: "too old"))
      let outcome = await scene.export()
      #expect(outcome.exported == 15)
      #expect(outcome.rejected == 5)
      #expect(scene.collector.requestCount == 1)
    }
  }

  @Test func refusedStreamsAreResentForFree() throws {  // 5.10.1
    try scene { scene in
      scene.collector.script(.reset(.refusedStream, at: .headers))
      let start = scene.simulation.now
      let outcome = await scene.export()
      #expect(outcome.exported == 20)
      #expect(outcome.possibleDuplicates == 0)
      #expect(scene.simulation.now - start < .seconds(1))
    }
  }

  @Test func aGoAwayLosesNothing() throws {
    try scene { scene in
      scene.collector.script(.goAway(lastStream: .none), .goAway(lastStream: .current))
      let outcomes = [await scene.export(), await scene.export(), await scene.export()]
      #expect(outcomes.map(\.exported) == [20, 20, 20])
      #expect(outcomes.map(\.possibleDuplicates) == [0, 0, 0])
      #expect(scene.collector.spanCount == 60)
    }
  }

  @Test func possibleDuplicatesAreCounted() throws {  // 1.1.15
    try scene { scene in
      scene.collector.script(.acceptThenClose)
      let outcome = await scene.export()
      #expect(outcome.exported == 20)
      #expect(outcome.possibleDuplicates == 20)
      #expect(scene.collector.spanCount == 40)
    }
  }

  @Test func aProxysBadGatewayIsTriedAgainAndCounted() throws {  // 5.3
    try scene { scene in
      scene.collector.script(.http(status: 502, body: "<html>"), .http(status: 503))
      let outcome = await scene.export()
      #expect(outcome.exported == 20)
      #expect(outcome.attempts == 3)
      #expect(outcome.possibleDuplicates == 20)
    }
  }

  @Test func aProxysSizeLimitSplits() throws {  // RULES D1: HTTP 413
    try scene { scene in
      scene.collector.script(.http(status: 413))
      let outcome = await scene.export()
      #expect(outcome.exported == 20)
      #expect(outcome.attempts == 3)
      #expect(outcome.possibleDuplicates == 0)
    }
  }

  @Test func aTimedOutRequestIsReset() throws {  // trap 17
    try scene { scene in
      scene.collector.script(.silence)
      let outcome = await scene.export()
      #expect(outcome.exported == 20)
      #expect(outcome.possibleDuplicates == 20)
      #expect(scene.collector.counts.clientResets == 1)
      #expect(scene.collector.spanCount == 20)
    }
  }

  @Test func aSmallServerGetsSmallRequests() throws {  // pain 4
    var configuration = LoopbackCollector.Configuration()
    configuration.maxMessageBytes = 100_000
    try scene(collector: configuration) { scene in
      let outcome = await scene.export(512)
      #expect(outcome.exported == 512)
      #expect(scene.collector.spanCount == 512)
      #expect(scene.collector.requests.allSatisfy { $0.spanCount == 0 || $0.messageBytes <= 100_000 })
    }
  }

  @Test func aServerWithGzipGetsCompressedRequests() throws {  // trap 26; 5.11 COMP 2
    try scene(configure: { $0.compression = .gzip }) { scene in
      #expect(await scene.export(512).exported == 512)
      let request = try #require(scene.collector.requests.first)
      #expect(request.isCompressed)
      #expect(request.wireBytes < request.messageBytes / 4)
      #expect(request.header("grpc-encoding") == "gzip")
      #expect(scene.collector.spans == StandardWorkload().spans(0..<512))
    }
  }

  @Test func aServerWithoutGzipGetsUncompressedRequests() throws {  // 5.1.16
    var configuration = LoopbackCollector.Configuration()
    configuration.acceptsGzip = false
    try scene(collector: configuration, configure: { $0.compression = .gzip }) { scene in
      #expect(await scene.export(100).exported == 100)
      #expect(await scene.export(100).exported == 100)
      #expect(scene.collector.requests.map { $0.header("grpc-encoding") } == ["gzip", nil, nil])
      #expect(scene.collector.spanCount == 200)
    }
  }

  @Test func severalExportsShareTheConnection() throws {  // 1.2.2
    try scene { scene in
      let tasks = (0..<8).map { _ in scene.simulation.task { await scene.export() } }
      for task in tasks { #expect(await task.value.exported == 20) }
      #expect(scene.collector.counts.connections == 1)
      #expect(scene.collector.spanCount == 160)
    }
  }

  @Test func anOutageLosesNothing() throws {
    try scene { scene in
      #expect(await scene.export().exported == 20)
      await scene.collector.stop()
      let export = scene.simulation.task { await scene.export() }
      await scene.simulation.sleep(.seconds(2))
      try await scene.collector.restart()
      #expect(await export.value.exported == 20)
      #expect(scene.collector.spanCount == 40)
    }
  }

  @Test func withoutAServerTheDeadlineHolds() throws {
    try scene { scene in
      await scene.collector.stop()
      let start = scene.simulation.now
      let outcome = await scene.export(within: .seconds(4))
      #expect(outcome.dropped == [.unreachable: 20])
      #expect(scene.simulation.now - start <= .seconds(4))
      let error = try #require(outcome.error as? OTLPError)
      #expect(error.code == .unreachable)
      #expect(error.message.contains("http://collector:4317"))
    }
  }

  @Test func shutdownEndsAnExportThatHasNoServer() throws {  // pain 1
    try scene { scene in
      await scene.collector.stop()
      let export = scene.simulation.task { await scene.export() }
      await scene.simulation.sleep(.seconds(1))
      let start = scene.simulation.now
      await scene.exporter.shutdown(deadline: Deadline(start + .seconds(3)))
      #expect(scene.simulation.now - start <= .seconds(3))
      #expect(await export.value.dropped == [.unreachable: 20])
      #expect(scene.simulation.now - start <= .seconds(3))
    }
  }

  @Test func shutdownEndsASilentCall() throws {
    try scene(configure: { $0.timeout = .zero }) { scene in
      scene.collector.script(.silence)
      let export = scene.simulation.task { await scene.export() }
      await scene.simulation.sleep(.seconds(1))
      let start = scene.simulation.now
      #expect(await scene.exporter.forceFlush(deadline: Deadline(start + .seconds(1))) == false)
      await scene.exporter.shutdown(deadline: Deadline(start + .seconds(3)))
      #expect(await export.value.dropped == [.shutdown: 20])
      #expect(scene.simulation.now - start <= .seconds(3))
      #expect(await scene.export().dropped == [.shutdown: 20])  // 4.8.4
      #expect(await scene.exporter.forceFlush(deadline: .never))
      await scene.exporter.shutdown(deadline: .never)
    }
  }

  @Test(arguments: [
    ("server", true, ""), ("other_name", false, "other"), ("expired", false, "expired"),
    ("self_signed", false, ""),
  ])
  func tls(certificate: String, succeeds: Bool, words: String) throws {
    var configuration = LoopbackCollector.Configuration()
    configuration.tls = .init(
      certificate: certificates + certificate + ".pem", privateKey: certificates + certificate + ".key")
    try simulate(seed: 1, limit: .seconds(600)) { [configuration] simulation in
      simulation.network.setHost("localhost", .addresses([0x7F00_0001]))
      let collector = try await LoopbackCollector(configuration, on: .ipv4(0x7F00_0001, port: 4317), of: simulation)
      var settings = OTLPGRPCExporter.Configuration(endpoint: "localhost:4317")  // 2.2.4: TLS
      settings.certificate = .file(certificates + "ca.pem")
      let exporter = try OTLPGRPCExporter(
        settings, loop: simulation.loop, network: simulation.network, diagnostics: .silent)
      let outcome = await exporter.export(
        SpanBatch(StandardWorkload().spans(0..<5)), deadline: Deadline(simulation.now + .seconds(3)))
      await exporter.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
      await collector.stop()
      #expect(collector.spanCount == (succeeds ? 5 : 0))
      if succeeds {
        #expect(outcome.exported == 5)
      } else {
        #expect(outcome.dropped == [.unreachable: 5])
        let error = try #require(outcome.error as? OTLPError)
        #expect(error.code == .tls)
        #expect(error.message.contains(words))
      }
    }
  }
}
