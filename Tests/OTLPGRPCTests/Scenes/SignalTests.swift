import OTLPExport
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

/// Spans, log records and metrics over one channel.
@Suite(.ownThreads) struct SignalTests {
  private static let resource = Resource(["service.name": "pump"])

  private static func records(_ count: Int) -> LogRecordBatch {
    LogRecordBatch(
      (0..<count).map { number in
        var record = LogRecord(resource: resource, scope: InstrumentationScope(name: "logs"))
        record.body = .string("line \(number)")
        record.severity = .warn
        return record
      })
  }

  private static func metrics(_ points: Int) -> MetricBatch {
    let points = (0..<points).map { Metric.NumberDataPoint(.int(Int64($0)), timeUnixNano: 5) }
    return [
      Metric(
        name: "pump.strokes", data: .sum(.init(points, temporality: .delta, isMonotonic: true)), resource: resource,
        scope: InstrumentationScope(name: "metrics"))
    ]
  }

  @Test("all signals share a connection, which closes after the last one")
  func oneConnection() async throws {
    let collector = try await LoopbackCollector()
    let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
    let (logs, metrics) = (exporter.logExporter, exporter.metricExporter)
    let limit = Deadline.after(.seconds(20))
    #expect(await exporter.export(SpanBatch(StandardWorkload().spans(0..<3)), deadline: limit).exported == 3)
    #expect(await logs.export(Self.records(5), deadline: limit).exported == 5)
    #expect(await metrics.export(Self.metrics(7), deadline: limit).exported == 7)
    #expect(collector.counts.connections == 1)
    #expect([collector.counts.spans, collector.counts.logRecords, collector.counts.dataPoints] == [3, 5, 7])
    #expect(collector.logRecords == Array(Self.records(5)))
    #expect(collector.metrics == Array(Self.metrics(7)))

    await exporter.shutdown(deadline: limit)
    #expect(
      await exporter.export(SpanBatch(StandardWorkload().spans(0..<1)), deadline: limit).dropped == [.shutdown: 1])
    #expect(await logs.export(Self.records(1), deadline: limit).exported == 1)
    await logs.shutdown(deadline: limit)
    #expect(await metrics.export(Self.metrics(1), deadline: limit).exported == 1)
    #expect(collector.counts.openConnections == 1)
    await metrics.shutdown(deadline: limit)
    #expect(await metrics.export(Self.metrics(4), deadline: limit).dropped == [.shutdown: 4])
    #expect(await Loopback.wait { collector.counts.openConnections == 0 })
    await collector.stop()
  }

  @Test("the shutdown of a signal ends its exports at the deadline, while another signal goes on")
  func shutdownOfOne() throws {
    try scene(configure: { $0.timeout = .zero }) { scene in
      let (logs, simulation) = (scene.exporter.logExporter, scene.simulation)
      scene.collector.script(.silence, .silence)
      let start = simulation.now
      let spans = simulation.task { await scene.export(5, within: .seconds(600)) }
      let records = simulation.task { await logs.export(Self.records(2), deadline: Deadline(start + .seconds(60))) }
      #expect(await scene.collector.waitForRequests(2, within: .seconds(5)))
      await scene.exporter.shutdown(deadline: Deadline(start + .seconds(10)))
      #expect(await spans.value.dropped == [.shutdown: 5])
      #expect(simulation.now - start < .seconds(11), "\(simulation.now - start)")
      #expect(await records.value.dropped == [.timeout: 2])
      #expect(simulation.now - start >= .seconds(60))
      await logs.shutdown(deadline: Deadline(simulation.now + .seconds(1)))
    }
  }

  @Test(
    "a request has its signal's path, the encoding of its message, and the attempt's time",
    arguments: [OTLPCompression.none, .gzip])
  func requests(_ compression: OTLPCompression) throws {
    try scene(configure: {
      $0.compression = compression
      $0.timeout = .seconds(3)
    }) { scene in
      let (logs, metrics) = (scene.exporter.logExporter, scene.exporter.metricExporter)
      let limit = Deadline(scene.simulation.now + .seconds(20))
      #expect(await scene.export(64).exported == 64)
      #expect(await logs.export(Self.records(64), deadline: limit).exported == 64)
      #expect(await metrics.export(Self.metrics(64), deadline: limit).exported == 64)
      let requests = scene.collector.requests
      let services = ["trace.v1.TraceService", "logs.v1.LogsService", "metrics.v1.MetricsService"]
      #expect(requests.map(\.path) == services.map { "/opentelemetry.proto.collector.\($0)/Export" })
      for request in requests {
        #expect(request.isCompressed == (compression != .none))
        #expect(request.header("grpc-encoding") == (compression == .none ? nil : "gzip"))
        // A little of the time goes into the connection.
        let microseconds = request.header("grpc-timeout").flatMap { Int($0.dropLast()) } ?? 0
        #expect((2_900_000...3_000_000).contains(microseconds), "\(request.header("grpc-timeout") ?? "")")
      }
    }
  }

  @Test("each signal's metrics count its own items")
  func selfMetrics() async throws {
    let collector = try await LoopbackCollector()
    let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
    let (logs, metrics) = (exporter.logExporter, exporter.metricExporter)
    collector.script(.partialSuccess(rejected: 2, message: "too old"), .success)
    let outcome = await metrics.export(Self.metrics(7), deadline: .after(.seconds(20)))
    #expect(outcome.exported == 5 && outcome.rejected == 2)
    #expect(collector.metrics.map(\.dataPointCount) == [5])
    #expect(await logs.export(Self.records(3), deadline: .after(.seconds(20))).exported == 3)
    let points = metrics.selfMetrics["otel.sdk.exporter.metric_data_point.exported"]?.points
    #expect(points?.map(\.value) == [.sum(5), .sum(2)])
    #expect(points?.first?.attributes["otel.component.type"] == "otlp_grpc_metric_exporter")
    #expect(logs.selfMetrics["otel.sdk.exporter.log.exported"]?.points.map(\.value) == [.sum(3)])
    await logs.shutdown(deadline: .after(.seconds(5)))
    await metrics.shutdown(deadline: .after(.seconds(5)))
    await collector.stop()
  }

  @Test("a request that is too large for the server is cut between data points, and a refused record is named")
  func splitting() async throws {
    let log = EventLog()
    var configuration = LoopbackCollector.Configuration()
    configuration.maxMessageBytes = 2_000
    let collector = try await LoopbackCollector(configuration)
    let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint), diagnostics: log.diagnostics)
    #expect(await exporter.metricExporter.export(Self.metrics(600), deadline: .after(.seconds(20))).exported == 600)
    #expect(collector.counts.dataPoints == 600 && collector.counts.acceptedRequests > 5)
    collector.onRequest { request in
      request.logRecords.contains { $0.body == "line 5" }
        ? .status(.invalidArgument, message: "no such line") : .success
    }
    let outcome = await exporter.logExporter.export(Self.records(9), deadline: .after(.seconds(20)))
    #expect(outcome.exported == 8 && outcome.dropped == [.refused: 1])
    #expect(
      "\(outcome.error.map { "\($0)" } ?? "")".contains(
        "refuses the log record 'line 5': INVALID_ARGUMENT: no such line"))
    await collector.stop()
  }

  @Test("a processor of log records delivers through the shared channel, and its ledger holds")
  func processor() async throws {
    let collector = try await LoopbackCollector()
    let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
    let processor = try BatchLogRecordProcessor(exporter: exporter.logExporter)
    let spans = try BatchSpanProcessor(exporter: exporter)
    for record in Self.records(1000) { processor.onEnd(record) }
    for span in StandardWorkload().spans(0..<1000) { spans.onEnd(span) }
    async let logReport = processor.shutdown(within: .seconds(20))
    async let spanReport = spans.shutdown(within: .seconds(20))
    for ledger in await [logReport.ledger, spanReport.ledger] {
      #expect(ledger.ended == 1000 && ledger.exported == 1000, "\(ledger)")
    }
    #expect(collector.counts.logRecords == 1000 && collector.counts.connections == 1)
    await collector.stop()
  }
}
