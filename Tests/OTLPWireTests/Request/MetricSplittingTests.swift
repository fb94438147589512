import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

@Suite(.ownThreads) struct MetricSplittingTests {
  private static let resource = Resource(["service.name": "pump"])
  private static let scopes = [InstrumentationScope(name: "a"), InstrumentationScope(name: "b", version: "2")]

  private func points(_ count: Int, from first: Int) -> [Metric.NumberDataPoint] {
    (0..<count).map {
      var point = Metric.NumberDataPoint(.int(Int64(first + $0)), timeUnixNano: 2)
      point.attributes = ["n": .int(Int64(first + $0))]
      return point
    }
  }

  /// Metrics of several kinds and scopes with data points that are numbered from 0.
  private func metrics(_ counts: [Int]) -> [Metric] {
    var first = 0
    return counts.enumerated().map { number, count in
      let points = points(count, from: first)
      first += count
      let data: Metric.Data =
        number % 2 == 0
        ? .sum(Metric.Sum(points, temporality: .cumulative, isMonotonic: true)) : .gauge(Metric.Gauge(points))
      var metric = Metric(
        name: "metric.\(number)", data: data, resource: Self.resource, scope: Self.scopes[number / 3 % 2])
      (metric.description, metric.unit) = ("a description", "{thing}")
      metric.metadata = ["kind": "test"]
      return metric
    }
  }

  /// Metrics with the same descriptor are put together again.
  private func joined(_ pieces: [ExportRequest]) throws -> [Metric] {
    var all: [Metric] = []
    for piece in pieces {
      let metrics = try ExportRequestDecoder.decode(piece.protobuf.array, as: Metric.self)
      #expect(metrics.reduce(0) { $0 + $1.dataPointCount } == piece.itemCount)
      // A piece is what the encoder writes of its metrics.
      #expect(ExportRequestEncoder().encode(MetricBatch(metrics)).message.array == piece.message.array)
      for metric in metrics {
        if let last = all.last, last.name == metric.name {
          all[all.count - 1] = last.appending(metric)
        } else {
          all.append(metric)
        }
      }
    }
    return all
  }

  @Test("data points are counted, and halves have them all in order")
  func halves() throws {
    let metrics = metrics([3, 1, 700, 2, 40, 1, 5])
    var pieces = [ExportRequestEncoder().encode(MetricBatch(metrics))]
    #expect(pieces[0].itemCount == 752 && pieces[0].signal == .metrics)
    while pieces.contains(where: { $0.itemCount > 1 }) {
      pieces = pieces.flatMap { piece in piece.split().map { [$0.0, $0.1] } ?? [piece] }
      #expect(try joined(pieces) == metrics.sorted { $0.scope.name < $1.scope.name })
    }
    #expect(pieces.count == 752)
  }

  @Test("pieces fit the limit, and a metric's points are cut where the limit is", arguments: [1, 200, 1000, 20_000])
  func pieces(limit: Int) throws {
    let metrics = metrics([3, 1, 700, 2])
    let request = ExportRequestEncoder().encode(MetricBatch(metrics))
    let pieces = request.split(maxMessageBytes: limit)
    #expect(pieces.allSatisfy { $0.protobuf.count <= limit || $0.itemCount == 1 })
    #expect(try joined(pieces) == metrics.sorted { $0.scope.name < $1.scope.name })
    // No two neighbours have room in one request.
    for (piece, next) in zip(pieces, pieces.dropFirst()) {
      let metrics = try [piece, next].flatMap { try ExportRequestDecoder.decode($0.protobuf.array, as: Metric.self) }
      #expect(ExportRequestEncoder().encode(MetricBatch(metrics)).protobuf.count > limit)
    }
  }

  @Test("metrics without data points are no items")
  func noPoints() throws {
    let request = ExportRequestEncoder().encode(MetricBatch(metrics([0, 2, 0, 0, 3, 0])))
    #expect(request.itemCount == 5)
    let pieces = request.split(maxMessageBytes: 1)
    #expect(pieces.map(\.itemCount) == [1, 1, 1, 1, 1])
    #expect(try ExportRequestDecoder.decode(pieces[0].protobuf.array, as: Metric.self).map(\.dataPointCount).max() == 1)
    #expect(ExportRequestEncoder().encode(MetricBatch(metrics([0]))).itemCount == 0)
  }

  @Test("the first item's name, for messages")
  func firstName() {
    #expect(ExportRequestEncoder().encode(MetricBatch(metrics([1]))).firstName == "metric.0")
    var record = LogRecord()
    #expect(ExportRequestEncoder().encode(LogRecordBatch([record])).firstName == "")
    record.body = "the pump stopped"
    #expect(ExportRequestEncoder().encode(LogRecordBatch([record])).firstName == "the pump stopped")
    record.eventName = "pump.stopped"
    #expect(ExportRequestEncoder().encode(LogRecordBatch([record])).firstName == "pump.stopped")
  }
}

extension Metric {
  fileprivate func appending(_ other: Metric) -> Metric {
    var all = self
    switch (data, other.data) {
    case (.sum(var sum), .sum(let more)):
      sum.dataPoints += more.dataPoints
      all.data = .sum(sum)
    case (.gauge(var gauge), .gauge(let more)):
      gauge.dataPoints += more.dataPoints
      all.data = .gauge(gauge)
    default: Issue.record("metrics of different kinds: \(name)")
    }
    return all
  }
}
