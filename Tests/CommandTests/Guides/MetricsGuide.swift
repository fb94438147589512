import SwiftOTLP
import TelemetrySDK
import TestThreads
import Testing

// The code of the page "Collecting metrics", with tests that use it.

struct ConnectionPool {
  let openConnections: Int
}

struct PoolMetrics: MetricProducer {
  let pool: ConnectionPool

  func produce(into collection: inout MetricCollection) async throws {
    let point = Metric.NumberDataPoint(
      .int(Int64(pool.openConnections)), attributes: ["pool.name": "orders"],
      timeUnixNano: collection.timeUnixNano)
    collection.add(
      Metric(
        name: "db.client.connection.count", unit: "{connection}", data: .gauge(Metric.Gauge([point])),
        resource: collection.resource))
  }
}

private func temporality(_ collection: MetricCollection) -> Metric.Temporality {
  let temporality = collection.temporality.temporality(of: .counter)
  return temporality
}

@Suite(.ownThreads) struct MetricsGuideTests {
  @Test("the page's producer is collected and exported")
  func producer() async throws {
    let pool = ConnectionPool(openConnections: 7)
    let exporter = InMemoryMetricExporter()
    let reader = try PeriodicMetricReader(
      exporter: exporter, producers: [PoolMetrics(pool: pool)],
      resource: Resource(["service.name": "shop"]))
    let report = await reader.shutdown(within: .seconds(5))  // collects a last time
    print(report.ledger)  // exported 1, dropped 0
    #expect(report.isDelivered && report.ledger.isBalanced && "\(report.ledger)" == "exported 1, dropped 0")
    #expect(exporter.items.map(\.name) == ["db.client.connection.count"])
    #expect(exporter.items[0].resource.attributes["service.name"] == "shop")
    #expect(temporality(MetricCollection(temporality: .delta, timeUnixNano: 1)) == .delta)
  }

  @Test("the page's pipeline exports the metrics of a processor and of its own reader")
  func selfMetrics() async throws {
    let processor = try BatchSpanProcessor(exporter: InMemorySpanExporter())
    let exporter = InMemoryMetricExporter()
    let metrics = SelfMetricsProducer()
    metrics.add { processor.selfMetrics }
    let reader = try PeriodicMetricReader(exporter: exporter, producers: [metrics])
    metrics.add { [weak reader] in reader?.selfMetrics ?? SelfMetrics() }
    let report = await reader.shutdown(within: .seconds(5))
    #expect(report.isDelivered && report.ledger.isBalanced)
    let names = exporter.items.map(\.name)
    #expect(names.contains("otel.sdk.processor.span.processed"))
    #expect(names.contains("otel.sdk.metric_reader.collection.duration"))
    _ = await processor.shutdown(within: .seconds(5))
  }
}
