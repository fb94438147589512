import OTLPExport
import OTLPGRPC
import OTLPTesting
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

/// A periodic reader over gRPC.
@Suite(.ownThreads) struct MetricReaderTests {
  /// A counter that grows by one in each collection.
  private final class Steps: MetricProducer {
    private let count = Locked(0)

    var calls: Int { count.withLock { $0 } }

    func produce(into collection: inout MetricCollection) async throws {
      let number = count.withLock { count in
        count += 1
        return count
      }
      let point = Metric.NumberDataPoint(.int(Int64(number)), timeUnixNano: collection.timeUnixNano)
      collection.add(
        Metric(
          name: "steps", data: .sum(.init([point], temporality: .cumulative, isMonotonic: true)),
          resource: collection.resource))
    }
  }

  private static func steps(_ metrics: [Metric]) -> [Int64] {
    metrics.compactMap { metric in
      guard metric.name == "steps", case .sum(let sum) = metric.data,
        case .int(let value)? = sum.dataPoints.first?.value
      else { return nil }
      return value
    }
  }

  @Test("the pipeline's own metrics arrive, those of their exporter included, and count the same data points (4.13)")
  func selfMetrics() async throws {
    let collector = try await LoopbackCollector()
    let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
    let metrics = exporter.metricExporter
    let producer = SelfMetricsProducer()
    producer.add { metrics.selfMetrics }
    let reader = try PeriodicMetricReader(
      exporter: metrics, producers: [producer], resource: Resource(["service.name": "pump"]))
    producer.add { [weak reader] in reader?.selfMetrics ?? SelfMetrics() }
    for _ in 0..<3 { #expect(await reader.forceFlush(within: .seconds(20)).isDelivered) }
    let report = await reader.shutdown(within: .seconds(20))
    #expect(report.isDelivered && report.ledger.isBalanced, "\(report)")
    #expect(collector.counts.dataPoints == report.ledger.exported && collector.counts.acceptedRequests == 4)
    let exported = collector.metrics.filter { $0.name == "otel.sdk.exporter.metric_data_point.exported" }
    #expect(exported.count >= 3 && exported.allSatisfy { $0.unit == "{data_point}" })
    #expect(collector.metrics.allSatisfy { $0.resource.attributes["service.name"] == "pump" })
    #expect(collector.metrics.contains { $0.name == "otel.sdk.metric_reader.collection.duration" })
    await collector.stop()
  }

  @Test("collections wait out an outage in the queue, and arrive once each, in order (ARCHITECTURE P9)")
  func outage() async throws {
    let collector = try await LoopbackCollector()
    let exporter = try OTLPGRPCExporter(.init(endpoint: collector.endpoint))
    let producer = Steps()
    var configuration = PeriodicMetricReader.Configuration()
    configuration.interval = .milliseconds(5)
    let reader = try PeriodicMetricReader(
      exporter: exporter.metricExporter, producers: [producer], configuration: configuration)
    collector.onRequest { _ in .status(.unavailable) }
    #expect(await Loopback.wait { producer.calls > 50 })
    #expect(reader.ledger.exported == 0 && reader.ledger.isBalanced && reader.ledger.droppedTotal == 0)
    collector.onRequest { _ in .success }
    let report = await reader.shutdown(within: .seconds(20))
    #expect(report.isDelivered && report.ledger.exported == producer.calls, "\(report)")
    #expect(Self.steps(collector.metrics) == (1...producer.calls).map(Int64.init))
    await collector.stop()
  }
}
