#if HTTP
  import OTLPExport
  import OTLPHTTP
  import OTLPTesting
  import TelemetryCore
  import TelemetrySDK
  import TestSupport
  import TestThreads
  import Testing

  /// Spans, log records and metrics of one exporter over HTTP.
  @Suite(.ownThreads) struct SignalTests {
    private static let records = LogRecordBatch([LogRecord(severity: .warn, body: "low", eventName: "pump.low")])
    private static let metrics: MetricBatch = [
      Metric(
        name: "strokes",
        data: .gauge(.init([.init(.double(.infinity), timeUnixNano: 1), .init(.int(-2), timeUnixNano: 2)])),
        resource: .empty, scope: .empty)
    ]

    @Test("each signal has its path on one connection, in both encodings", arguments: [false, true])
    func paths(isJSON: Bool) async throws {
      let collector = try await LoopbackCollector()
      var configuration = OTLPHTTPExporter.Configuration(endpoint: collector.endpoint + "/base/")
      configuration.httpProtocol = isJSON ? .json : .protobuf
      // The collector serves the usual paths only.
      configuration.logsEndpoint = collector.endpoint + "/v1/logs"
      configuration.metricsEndpoint = collector.endpoint + "/v1/metrics"
      let exporter = try OTLPHTTPExporter(configuration, diagnostics: .silent)
      let (logs, metrics) = (exporter.logExporter, exporter.metricExporter)
      let limit = Deadline.after(.seconds(20))
      #expect(await logs.export(Self.records, deadline: limit).exported == 1)
      #expect(await metrics.export(Self.metrics, deadline: limit).exported == 2)
      #expect(
        await exporter.export(SpanBatch(StandardWorkload().spans(0..<1)), deadline: limit).dropped == [.refused: 1])
      #expect(collector.requests.map(\.path) == ["/v1/logs", "/v1/metrics", "/base/v1/traces"])
      #expect(collector.logRecords == Array(Self.records) && collector.metrics == Array(Self.metrics))
      #expect(collector.counts.connections == 1)
      collector.script(.partialSuccess(rejected: 1, message: "late"))
      let outcome = await metrics.export(Self.metrics, deadline: limit)
      #expect(outcome.exported == 1 && outcome.rejected == 1)
      for end in [exporter.shutdown, logs.shutdown, metrics.shutdown] { await end(limit) }
      await collector.stop()
    }

    @Test("addresses of one exporter are on one server")
    func oneServer() throws {
      var configuration = OTLPHTTPExporter.Configuration()
      configuration.tracesEndpoint = "http://a:1/traces"
      #expect(try configuration.place().targets == [.traces: "/traces", .logs: "/v1/logs", .metrics: "/v1/metrics"])
      configuration.logsEndpoint = "http://a:1/logs?x=1"
      #expect(try configuration.place().targets[.logs] == "/logs?x=1")
      configuration.metricsEndpoint = "http://b:1/metrics"
      let error = #expect(throws: OTLPError.self) { try configuration.validate() }
      #expect(error?.message.contains("metricsEndpoint") == true && "\(error!)".contains("http://b:1"), "\(error!)")
    }

    @Test("a variable of one signal says nothing of the paths of others (2.3.3)")
    func variables() throws {
      var configuration = OTLPHTTPExporter.Configuration()
      configuration.apply(
        environment: ["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://a:1/mine"], signal: .logs, diagnostics: .silent)
      #expect(try configuration.place().targets == [.logs: "/mine", .traces: "/v1/traces", .metrics: "/v1/metrics"])
      configuration = .init()
      configuration.apply(
        environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:1/base"], signal: .logs, diagnostics: .silent)
      #expect(try configuration.place().targets[.metrics] == "/base/v1/metrics")
    }
  }
#endif
