import OTLPExport
import OTLPTesting
import SwiftOTLP
import TelemetryCore
import TestThreads
import Testing

/// A gauge with the number of collections.
private final class CollectionCounter: MetricProducer {
  private let count = Locked(0)

  var collections: Int { count.withLock { $0 } }

  func produce(into collection: inout MetricCollection) async throws {
    let value = count.withLock { count in
      count += 1
      return Int64(count)
    }
    let point = Metric.NumberDataPoint(.int(value), timeUnixNano: collection.timeUnixNano)
    collection.add(
      Metric(
        name: "collections", data: .gauge(Metric.Gauge([point])), resource: collection.resource,
        scope: InstrumentationScope(name: "test")))
  }
}

/// Log records and metrics beside spans.
@Suite(.ownThreads) struct TelemetrySignalsTests {
  private let log = EventLog()

  private func environment(_ collector: LoopbackCollector) -> [String: String] {
    ["OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_SERVICE_NAME": "pump"]
  }

  @Test("all signals reach one server over one connection, and the report has each")
  func oneServer() async throws {
    let collector = try await LoopbackCollector()
    let telemetry = try Telemetry(
      .test(environment(collector), log) {
        $0.metricProducers = [CollectionCounter()]
        $0.exportsSelfMetrics = true
      })
    let tracer = telemetry.tracer("pump")
    tracer.withSpan("stroke") { _ in telemetry.logger("pump").emit(.warn, "pressure is low", attributes: ["bar": 2]) }
    let flush = await telemetry.forceFlush(within: patience)
    #expect(flush.isDelivered && Set(flush.signals.keys) == [.traces, .logs, .metrics], "\(flush)")
    #expect(collector.counts.connections == 1)
    let record = try #require(collector.logRecords.first)
    #expect(record.body == "pressure is low" && record.attributes["bar"] == 2 && record.severity == .warn)
    #expect(record.traceID == collector.spans[0].traceID && record.spanID == collector.spans[0].spanID)
    #expect(record.resource == telemetry.resource)
    let report = await telemetry.shutdown(within: patience)
    #expect(report.isDelivered && report.logs.ledger.exported == 1 && report.traces.ledger.exported == 1)
    #expect(report.metrics.ledger.exported == collector.counts.dataPoints && report.metrics.ledger.isBalanced)
    #expect(collector.metrics.count { $0.name == "collections" } == 2)
    let names = Set(collector.metrics.map(\.name))
    for name in ["otel.sdk.exporter.span.exported", "otel.sdk.processor.log.processed", "otel.sdk.log.created"] {
      #expect(names.contains(name), "\(name) of \(names.sorted())")
    }
    #expect(report.description.contains("; logs: exported 1, dropped 0"), "\(report)")
    #expect(log.lines.isEmpty, "\(log.lines)")
    await collector.stop()
  }

  @Test("without a producer nothing is collected, and the report has no metrics")
  func noMetrics() async throws {
    let collector = try await LoopbackCollector()
    let telemetry = try Telemetry(.test(environment(collector), log))
    let report = await telemetry.shutdown(within: patience)
    #expect(Set(report.signals.keys) == [.traces, .logs] && collector.requestCount == 0)
    await collector.stop()
  }

  @Test("a signal with a variable of its own has a server of its own")
  func ownServer() async throws {
    let (first, second) = (try await LoopbackCollector(), try await LoopbackCollector())
    var variables = environment(first)
    variables["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"] = second.endpoint
    let telemetry = try Telemetry(.test(variables, log))
    telemetry.logger("a").emit(.info, "text")
    telemetry.tracer("a").startSpan("b").end()
    #expect(await telemetry.shutdown(within: patience).isDelivered)
    #expect([first.counts.spans, first.counts.logRecords] == [1, 0])
    #expect([second.counts.spans, second.counts.logRecords] == [0, 1])
    await first.stop()
    await second.stop()
  }

  @Test("the exporters of each signal are chosen by name, and none exports nothing")
  func exporters() async throws {
    let setup = TelemetrySetup(
      .test(
        [
          "OTEL_TRACES_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "console,otlp/stdout",
          "OTEL_METRICS_EXPORTER": "prometheus",
        ], log))
    #expect(setup.tracesExporters.value.isEmpty)
    #expect(setup.logsExporters.value.map(\.description) == ["console", "otlp/stdout"])
    #expect(setup.metricsExporters.value.map(\.description) == ["otlp"])
    #expect(log.lines.count == 1 && log.lines[0].contains("OTEL_METRICS_EXPORTER"), "\(log.lines)")
    #expect(!setup.exportsOTLP(.traces) && !setup.exportsOTLP(.logs) && !setup.exportsOTLP(.metrics))
  }

  @Test("a value that several signals read is reported once")
  func oneWarning() {
    _ = TelemetrySetup(
      .test(
        [
          "OTEL_EXPORTER_OTLP_TIMEOUT": "soon", "OTEL_EXPORTER_OTLP_PROTOCOL": "udp",
          "OTEL_ATTRIBUTE_COUNT_LIMIT": "many",
        ], log
      ) { $0.exportsSelfMetrics = true })
    #expect(log.lines.count == 3, "\(log.lines)")
  }

  @Test("batches of log records and the reader have variables of their own")
  func ownVariables() {
    let setup = TelemetrySetup(
      .test(
        [
          "OTEL_BLRP_SCHEDULE_DELAY": "20", "OTEL_BSP_SCHEDULE_DELAY": "30", "OTEL_METRIC_EXPORT_INTERVAL": "40",
          "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT": "5",
        ], log
      ) { $0.exportsSelfMetrics = true })
    #expect(setup.logBatch.scheduleDelay == .milliseconds(20) && setup.batch.scheduleDelay == .milliseconds(30))
    #expect(setup.metricReader.interval == .milliseconds(40) && setup.logRecordLimits.attributeCountLimit == 5)
    #expect(TelemetrySetup(.test([:], log)).logBatch.scheduleDelay == .seconds(1))
  }

  @Test("the blocking shutdown ends all signals at once")
  func blocking() async throws {
    let collector = try await LoopbackCollector()
    let telemetry = try Telemetry(.test(environment(collector), log) { $0.metricProducers = [CollectionCounter()] })
    let promise = Promise<TelemetryReport>()
    try ThreadSystem.start(name: "blocking", stackSize: 1 << 18) {
      telemetry.logger("a").emit(.info, "text")
      telemetry.tracer("a").startSpan("b").end()
      promise.fulfil(telemetry.shutdownBlocking(within: patience))
    }
    let report = await promise.value
    #expect(report.isDelivered && report.total.ledger.exported == 3, "\(report)")
    await collector.stop()
  }

  @Test("a disabled SDK collects and exports nothing")
  func disabled() async throws {
    let producer = CollectionCounter()
    let telemetry = try Telemetry(.test(["OTEL_SDK_DISABLED": "true"], log) { $0.metricProducers = [producer] })
    telemetry.logger("a").emit(.info, "text")
    #expect(!telemetry.logger("a").isEnabled())
    let report = await telemetry.shutdown(within: patience)
    #expect(report.total == .empty && producer.collections == 0)
  }
}
