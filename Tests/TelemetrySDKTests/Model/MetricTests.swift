import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct MetricTests {
  private static func points(_ count: Int) -> [Metric.NumberDataPoint] {
    (0..<count).map { .init(.int(Int64($0)), attributes: ["number": .init($0)], timeUnixNano: 1) }
  }

  /// Metrics of each kind with `count` data points.
  private static func metrics(_ count: Int) -> [Metric] {
    let data: [Metric.Data] = [
      .gauge(.init(points(count))), .sum(.init(points(count), temporality: .delta, isMonotonic: true)),
      .histogram(
        .init((0..<count).map { .init(timeUnixNano: UInt64($0), count: 1) }, temporality: .cumulative)),
      .exponentialHistogram(
        .init((0..<count).map { .init(timeUnixNano: UInt64($0), count: 1, scale: 2) }, temporality: .delta)),
      .summary(.init((0..<count).map { .init(timeUnixNano: UInt64($0), count: 1, sum: 2) })),
    ]
    return data.map { Metric(name: "name", unit: "unit", data: $0, metadata: ["k": 1]) }
  }

  @Test("parts have the points of their range in order, and all other fields")
  func cutting() {
    for metric in Self.metrics(5) {
      #expect(metric.dataPointCount == 5 && metric.dataPoints(in: 0..<5) == metric)
      let parts = [0..<2, 2..<2, 2..<5].map { metric.dataPoints(in: $0) }
      #expect(parts.map(\.dataPointCount) == [2, 0, 3])
      #expect(parts.allSatisfy { $0.unit == "unit" && $0.metadata == metric.metadata })
      #expect(parts[0] != parts[2])
    }
    #expect(Metric(name: "name", data: .empty).dataPoints(in: 0..<0).data == .empty)
  }

  @Test("a batch counts data points, also metrics without any, and reads its metrics back")
  func batches() {
    let metrics = Self.metrics(3) + Self.metrics(0) + [Metric(name: "empty", data: .empty)] + Self.metrics(2)
    let batch = MetricBatch(metrics)
    #expect(batch.count == 16 && Metric.itemCount(of: batch) == 25 && Array(batch) == metrics)
    #expect(MetricBatch([Metric(name: "empty", data: .empty)]).map(\.name) == ["empty"])
    #expect(MetricBatch([]).isEmpty)
  }

  @Test("the queue removes metrics with their data points, whether their batch is open or closed")
  func queue() {
    for maxItems in [1, 4, 7, 100] {
      var queue = BatchQueue(maxItems: maxItems, maxBytes: 1 << 20, countsDataPoints: true)
      var expected: [Int] = []
      for count in [3, 1, 4, 1, 5, 2] {
        expected.append(count)
        Self.metrics(count)[0].withField { field in
          queue.append(field!, .empty, .empty, count: count)
        }
        #expect(queue.count == expected.reduce(0, +))
      }
      #expect(queue.removeFirst().count == 3 && queue.removeFirst().count == 1 && queue.count == 12)
      expected.removeFirst(2)
      queue.endBatch()
      queue.endBatch()
      var sizes: [Int] = []
      while queue.count > 0 {
        let first = queue.firstCount
        let batch = MetricBatch(queue.removeFirstBatch())
        #expect(Metric.itemCount(of: batch) == first && (first <= maxItems || batch.count == 1))
        sizes += batch.map(\.dataPointCount)
      }
      #expect(sizes == expected && queue.bytes == 0)
    }
  }

  @Test("a processor of metrics counts data points: queued, dropped by either policy, exported")
  func processor() throws {
    for (overflow, kept) in [(OverflowPolicy.dropNewest, [3, 3]), (.dropOldest, [3, 3])] {
      try onVirtualLoop { loop in
        let exporter = MetricScript()
        let configuration = BatchConfiguration {
          $0.maxQueueSize = 6
          $0.maxExportBatchSize = 6
          $0.overflow = overflow
        }
        let processor = try BatchProcessor(
          exporter: exporter, configuration: configuration, loop: loop, diagnostics: .silent)
        for _ in 0..<4 { processor.onEnd(Self.metrics(3)[0]) }
        processor.onEnd(Metric(name: "empty", data: .empty))
        #expect(processor.ledger.isBalanced && processor.ledger.ended == 12)
        #expect(processor.ledger.dropped == [.queueFull: 6], "\(processor.ledger)")
        let report = await processor.shutdown(within: .seconds(5))
        #expect(report.ledger.exported == 6 && report.ledger.isBalanced)
        #expect(exporter.exports.map { $0.map(\.dataPointCount) } == [kept])
      }
    }
  }

  @Test("a queue with room for one data point takes a metric whole, also a larger one than the queue, and then is full")
  func wholeMetrics() throws {
    for (overflow, kept) in [(OverflowPolicy.dropNewest, [5, 10]), (.dropOldest, [1])] {
      try onVirtualLoop { loop in
        let exporter = MetricScript()
        let configuration = BatchConfiguration {
          $0.maxQueueSize = 6
          $0.maxExportBatchSize = 6
          $0.overflow = overflow
          $0.exportTimeout = .seconds(600)
        }
        let processor = try BatchProcessor(
          exporter: exporter, configuration: configuration, loop: loop, diagnostics: .silent)
        for count in [5, 10, 1] { processor.onEnd(Self.metrics(count)[0]) }
        #expect(processor.ledger.isBalanced && processor.ledger.ended == 16)
        #expect(processor.ledger.queued == kept.reduce(0, +), "\(processor.ledger)")
        let report = await processor.shutdown(within: .seconds(5))
        #expect(report.ledger.exported == kept.reduce(0, +) && report.ledger.isBalanced)
        #expect(exporter.exports.flatMap { $0 }.map(\.dataPointCount) == kept)
      }
    }
  }

  @Test("outcomes of a batch of metrics are held against its data points")
  func outcomes() throws {
    try onVirtualLoop { loop in
      let exporter = MetricScript { _ in .partial(rejected: 2, message: "no") }
      let processor = try BatchProcessor(exporter: exporter, loop: loop, diagnostics: .silent)
      processor.onEnd(Self.metrics(5)[0])
      let ledger = await processor.shutdown(within: .seconds(5)).ledger
      #expect(ledger.exported == 3 && ledger.rejected == 2 && ledger.isBalanced)
    }
  }

  @Test("literals make values, and flags keep unknown bits")
  func values() {
    let values: [Metric.Value] = [1, 0.5]
    #expect(values == [.int(1), .double(0.5)])
    let flags: Metric.DataPointFlags = [.noRecordedValue, .init(rawValue: 8)]
    #expect(flags.rawValue == 9 && flags.contains(.noRecordedValue))
  }
}
