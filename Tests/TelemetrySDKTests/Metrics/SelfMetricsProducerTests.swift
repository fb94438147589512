import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

/// Self-metrics as OTLP.
@Suite(.ownThreads) struct SelfMetricsProducerTests {
  /// A component whose values a test sets.
  private final class Component: Sendable {
    private let values = Locked((count: 0, level: 0, observations: 0, seconds: 0.0))

    func set(_ count: Int, _ level: Int, _ observations: Int, _ seconds: Double) {
      values.withLock { $0 = (count, level, observations, seconds) }
    }

    var metrics: SelfMetrics {
      let values = values.withLock { $0 }
      let attributes: Attributes = ["otel.component.name": "c/0"]
      return SelfMetrics([
        .init("count", .counter, unit: "{span}", description: "d", points: [.init(attributes, .sum(values.count))]),
        .init("level", .upDownCounter, unit: "By", description: "e", points: [.init(attributes, .sum(values.level))]),
        .init(
          "duration", .histogram, unit: "s", description: "f",
          points: [.init(attributes, .histogram(count: values.observations, sum: values.seconds))]),
      ])
    }
  }

  private static func collect(
    _ producer: SelfMetricsProducer, _ temporality: TemporalityPreference, at time: UInt64
  ) async throws -> [String: Metric] {
    var collection = MetricCollection(
      resource: Resource(["service.name": "s"]), temporality: temporality, timeUnixNano: time)
    try await producer.produce(into: &collection)
    return Dictionary(uniqueKeysWithValues: collection.metrics.map { ($0.name, $0) })
  }

  private static func sum(_ metric: Metric?) throws -> (sum: Metric.Sum, point: Metric.NumberDataPoint) {
    guard case .sum(let sum)? = metric?.data else { throw Missing() }
    return (sum, try #require(sum.dataPoints.first))
  }

  private static func histogram(_ metric: Metric?) throws -> (Metric.Temporality, Metric.HistogramDataPoint) {
    guard case .histogram(let histogram)? = metric?.data else { throw Missing() }
    return (histogram.temporality, try #require(histogram.dataPoints.first))
  }

  private struct Missing: Error {}

  private static let start = UInt64(1) << 62

  @Test("cumulative: the totals, of one start, with name, unit, scope, resource and attributes (4.13, 4.15.8)")
  func cumulative() async throws {
    let (producer, component) = (SelfMetricsProducer(), Component())
    producer.add { component.metrics }
    component.set(5, 7, 2, 1.5)
    let first = try await Self.collect(producer, .cumulative, at: Self.start)
    let count = try Self.sum(first["count"])
    #expect(count.sum.isMonotonic && count.sum.temporality == .cumulative && count.point.value == .int(5))
    #expect(count.point.timeUnixNano == Self.start && count.point.startTimeUnixNano > 0)
    #expect(count.point.attributes == ["otel.component.name": "c/0"])
    let metric = try #require(first["count"])
    #expect(metric.unit == "{span}" && metric.description == "d" && metric.scope.name == "swift-otlp")
    #expect(metric.resource.attributes["service.name"] == "s")
    let level = try Self.sum(first["level"])
    #expect(!level.sum.isMonotonic && level.sum.temporality == .cumulative && level.point.value == .int(7))
    let (temporality, duration) = try Self.histogram(first["duration"])
    #expect(temporality == .cumulative && duration.count == 2 && duration.sum == 1.5)
    #expect(duration.bucketCounts == [2] && duration.explicitBounds == [])
    component.set(6, 3, 2, 1.5)
    let second = try await Self.collect(producer, .cumulative, at: Self.start + 10)
    let later = try Self.sum(second["count"]).point
    #expect(later.value == .int(6) && later.startTimeUnixNano == count.point.startTimeUnixNano)
    #expect(try Self.sum(second["level"]).point.value == .int(3))
    #expect(second.count == 3, "also what hasn't changed")
  }

  @Test("delta: the differences, each from the end of the last, without zeros; levels stay cumulative (4.15.4, 4.15.8)")
  func delta() async throws {
    for preference in [TemporalityPreference.delta, .lowMemory] {
      let (producer, component) = (SelfMetricsProducer(), Component())
      producer.add { component.metrics }
      component.set(5, 7, 2, 1.5)
      let first = try await Self.collect(producer, preference, at: Self.start)
      #expect(try Self.sum(first["count"]).point.value == .int(5))
      component.set(8, 4, 2, 1.5)
      let second = try await Self.collect(producer, preference, at: Self.start + 10)
      let count = try Self.sum(second["count"])
      #expect(count.sum.temporality == .delta && count.point.value == .int(3))
      #expect(count.point.startTimeUnixNano == Self.start && count.point.timeUnixNano == Self.start + 10)
      let level = try Self.sum(second["level"])
      #expect(level.sum.temporality == .cumulative && level.point.value == .int(4))
      #expect(second["duration"] == nil, "nothing was observed")
      component.set(8, 4, 3, 2.25)
      let third = try await Self.collect(producer, preference, at: Self.start + 20)
      let (temporality, duration) = try Self.histogram(third["duration"])
      #expect(temporality == .delta && duration.count == 1 && duration.sum == 0.75 && duration.bucketCounts == [1])
      #expect(third["count"] == nil)
    }
  }

  @Test("a total that falls began anew at the last collection; a level may fall")
  func reset() async throws {
    for preference in [TemporalityPreference.cumulative, .delta] {
      let (producer, component) = (SelfMetricsProducer(), Component())
      producer.add { component.metrics }
      component.set(50, 9, 0, 0)
      _ = try await Self.collect(producer, preference, at: Self.start)
      component.set(2, 1, 0, 0)
      let second = try await Self.collect(producer, preference, at: Self.start + 10)
      let point = try Self.sum(second["count"]).point
      #expect(point.value == .int(2) && point.startTimeUnixNano == Self.start)
      #expect(try Self.sum(second["level"]).point.startTimeUnixNano < Self.start)
      let third = try await Self.collect(producer, .cumulative, at: Self.start + 20)
      #expect(try Self.sum(third["count"]).point.startTimeUnixNano == Self.start, "it keeps the new start")
    }
  }

  @Test("a reader that exports its own metrics doesn't make more of them with each export (4.13.4)")
  func noLoop() throws {
    try onVirtualLoop { loop in
      let producer = SelfMetricsProducer()
      let exporter = MetricScript()
      let reader = try PeriodicMetricReader(
        exporter: exporter, producers: [producer], loop: loop, diagnostics: .silent)
      producer.add { [weak reader] in reader?.selfMetrics ?? SelfMetrics() }
      await loop.sleep(.seconds(60 * 20 + 1))
      let counts = exporter.exports.map { $0.reduce(0) { $0 + $1.dataPointCount } }
      #expect(counts == Array(repeating: 5, count: 20))
      let report = await reader.shutdown(within: .seconds(5))
      #expect(report.isDelivered && report.ledger.exported == 105)
    }
  }
}
