import Glibc
import TelemetryCore
import TelemetrySDK
import TestSupport
import TestThreads
import Testing

/// Exporters of the package itself, with metrics.
@Suite(.ownThreads) struct MetricExporterTests {
  private static let time: UInt64 = 1_700_000_000_123_456_789

  private static func console(_ metrics: [Metric]) async throws -> String {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let outcome = await ConsoleMetricExporter(descriptor: ends[1]).export(
      MetricBatch(metrics), deadline: .after(Loopback.patience))
    close(ends[1])
    defer { close(ends[0]) }
    var buffer = [UInt8](repeating: 0, count: 8192)
    let count = read(ends[0], &buffer, buffer.count)
    #expect(outcome.resolved(count: 1).exported == 1)
    return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
  }

  @Test("the console shows each kind of data with all of its points, without control characters (3.5)")
  func console() async throws {
    let exemplar = Metric.Exemplar(
      0.25, timeUnixNano: Self.time, filteredAttributes: ["user": "u"], traceID: TraceID(high: 1, low: 2),
      spanID: SpanID(3))
    let number = Metric.NumberDataPoint(
      5, attributes: ["k": "v"], startTimeUnixNano: 1_000_000_000, timeUnixNano: Self.time, exemplars: [exemplar])
    let ended = Metric.NumberDataPoint(nil, timeUnixNano: Self.time, flags: .noRecordedValue)
    let histogram = Metric.HistogramDataPoint(
      timeUnixNano: Self.time, count: 3, sum: 4.5, min: 1, max: 2, explicitBounds: [1.5], bucketCounts: [2, 1])
    let exponential = Metric.ExponentialHistogramDataPoint(
      timeUnixNano: Self.time, count: 4, scale: -1, zeroCount: 1, positive: .init(offset: -2, bucketCounts: [1, 2]))
    let summary = Metric.SummaryDataPoint(
      timeUnixNano: Self.time, count: 2, sum: 3, quantileValues: [.init(quantile: 0.5, value: 1.5)])
    let text = try await Self.console([
      Metric(
        name: "requests\u{1B}[31m", description: "Requests.", unit: "{request}",
        data: .sum(.init([number, ended], temporality: .cumulative, isMonotonic: true)), metadata: ["m": 1],
        resource: Resource(["service.name": "shop"]), scope: InstrumentationScope(name: "lib", version: "1")),
      Metric(name: "gauge", data: .gauge(.init([.init(0.5, timeUnixNano: Self.time)]))),
      Metric(name: "h", unit: "s", data: .histogram(.init([histogram], temporality: .delta))),
      Metric(name: "e", data: .exponentialHistogram(.init([exponential], temporality: .delta))),
      Metric(name: "y", data: .summary(.init([summary]))), Metric(name: "x", data: .empty),
    ])
    let at = "at 2023-11-14T22:13:20.123456789Z"
    #expect(
      text == """
        requests [31m  monotonic sum, cumulative  {request}
          Requests.
          scope lib 1
          {k: v} \(at) since 1970-01-01T00:00:01.000000000Z: 5
            exemplar 0.25 \(at)  trace 00000000000000010000000000000002  span 0000000000000003
              user = u
          {} \(at)  no recorded value
          metadata m = 1
          resource service.name = shop
        gauge  gauge
          {} \(at): 0.5
        h  histogram, delta  s
          {} \(at): count 3  sum 4.5  min 1.0  max 2.0  ≤1.5: 2  more: 1
        e  exponential histogram, delta
          {} \(at): count 4  scale -1  zero: 1  positive from -2: 1 2
        y  summary
          {} \(at): count 2  sum 3.0  0.5: 1.5
        x  no data

        """)
  }

  @Test("the in-memory exporter keeps metrics as they were (3.5.10)")
  func inMemory() async {
    let exporter = InMemoryMetricExporter()
    let metrics = [
      Metric(name: "a", data: .gauge(.init([.init(1, timeUnixNano: 1)]))),
      Metric(name: "b", data: .gauge(.init([.init(2, timeUnixNano: 1), .init(3, timeUnixNano: 2)]))),
    ]
    let outcome = await exporter.export(MetricBatch(metrics), deadline: .never)
    #expect(outcome.resolved(count: 3).exported == 3 && exporter.items == metrics)
  }
}
