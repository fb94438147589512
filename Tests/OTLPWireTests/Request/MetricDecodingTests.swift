import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@testable import OTLPWire

/// Metrics of other senders, whose bytes may be anything.
@Suite(.ownThreads) struct MetricDecodingTests {
  /// A field with bytes or a message, of fewer than 128 bytes.
  private static func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag, UInt8(content.count)] + content }

  private static func request(_ metric: [UInt8]) -> [UInt8] {
    field(0x0A, field(0x12, field(0x12, metric)))
  }

  private static func metric(_ bytes: [UInt8]) throws -> Metric {
    try #require(try ExportRequestDecoder.decode(request(bytes), as: Metric.self).first)
  }

  private static func code(
    _ bytes: [UInt8], _ limits: ExportRequestDecoder.Limits = .init()
  ) -> WireError.Code? {
    do throws(WireError) {
      _ = try ExportRequestDecoder.decode(bytes, as: Metric.self, limits: limits)
      return nil
    } catch {
      return error.code
    }
  }

  private static func double(_ value: Double) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
  }

  private static func histogram(_ point: [UInt8]) throws -> Metric.HistogramDataPoint {
    guard case .histogram(let histogram) = try metric(field(0x4A, field(0x0A, point))).data else { throw Missing() }
    return try #require(histogram.dataPoints.first)
  }

  private static func exponential(_ point: [UInt8]) throws -> Metric.ExponentialHistogramDataPoint {
    guard case .exponentialHistogram(let histogram) = try metric(field(0x52, field(0x0A, point))).data else {
      throw Missing()
    }
    return try #require(histogram.dataPoints.first)
  }

  private struct Missing: Error {}

  @Test("data of one kind that occurs twice is merged; of several kinds the last wins (6.8.11)")
  func merging() throws {
    let (first, second) = (Self.field(0x0A, [0x40, 1]), Self.field(0x0A, [0x40, 2]))
    let flags: (Metric) -> [UInt32] = { metric in
      switch metric.data {
      case .gauge(let gauge): gauge.dataPoints.map(\.flags.rawValue)
      case .sum(let sum): sum.dataPoints.map(\.flags.rawValue)
      default: []
      }
    }
    let gauges = try Self.metric(Self.field(0x2A, first) + Self.field(0x2A, second))
    #expect(flags(gauges) == [1, 2])
    let sums = try Self.metric(
      Self.field(0x3A, first + [0x10, 2]) + Self.field(0x3A, [0x18, 1]) + Self.field(0x3A, second))
    #expect(flags(sums) == [1, 2])
    guard case .sum(let sum) = sums.data else { throw Missing() }
    #expect(sum.temporality == .cumulative && sum.isMonotonic)
    let last = try Self.metric(Self.field(0x2A, first) + Self.field(0x3A, second))
    #expect(flags(last) == [2])
    guard case .sum = last.data else { throw Missing() }
    let buckets = try Self.exponential(
      Self.field(0x42, [0x08, 3] + Self.field(0x12, [1])) + Self.field(0x42, Self.field(0x12, [2])))
    #expect(buckets.positive == .init(offset: -2, bucketCounts: [1, 2]) && buckets.negative == nil)
  }

  @Test("repeated numbers are read packed and one by one (6.8.5)")
  func packed() throws {
    let (one, two): ([UInt8], [UInt8]) = ([1, 0, 0, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0, 0])
    let point = try Self.histogram(
      [0x31] + one + Self.field(0x32, two + one) + [0x39] + Self.double(0.5) + Self.field(0x3A, Self.double(-1)))
    #expect(point.bucketCounts == [1, 2, 1] && point.explicitBounds == [0.5, -1])
    let buckets = try Self.exponential(Self.field(0x42, [0x10, 5] + Self.field(0x12, [0x80, 1, 6])))
    #expect(buckets.positive?.bucketCounts == [5, 128, 6])
  }

  @Test("absent and zero differ where the schema says so (6.8.2)")
  func presence() throws {
    let zero = [UInt8](repeating: 0, count: 8)
    let absent = try Self.histogram([])
    #expect(absent.sum == nil && absent.min == nil && absent.max == nil)
    let present = try Self.histogram([0x29] + zero + [0x59] + zero + [0x61] + zero)
    #expect(present.sum == 0 && present.min == 0 && present.max == 0)
    #expect(try Self.exponential(Self.field(0x42, [])).positive == .init())
    guard case .gauge(let gauge) = try Self.metric(Self.field(0x2A, [0x0A, 0] + Self.field(0x0A, [0x31] + zero))).data
    else { throw Missing() }
    #expect(gauge.dataPoints.map(\.value) == [nil, .int(0)])
    #expect(try Self.metric([]).data == .empty && Self.metric(Self.field(0x5A, [])).data == .summary(.init([])))
  }

  @Test("signed integers have their sign in the lowest bit (6.8.4)")
  func zigZag() throws {
    let cases: [([UInt8], Int32)] = [
      ([0], 0), ([1], -1), ([2], 1), ([0xFE, 0xFF, 0xFF, 0xFF, 0x0F], .max), ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], .min),
    ]
    for (bytes, value) in cases { #expect(try Self.exponential([0x30] + bytes).scale == value) }
  }

  @Test("an unknown temporality becomes the unspecified one, and unknown flags are kept")
  func unknown() throws {
    guard case .histogram(let histogram) = try Self.metric(Self.field(0x4A, [0x10, 9])).data else { throw Missing() }
    #expect(histogram.temporality == .unspecified)
    #expect(try Self.histogram([0x50, 5]).flags == [.noRecordedValue, .init(rawValue: 4)])
  }

  @Test("the bytes of every field, cut anywhere, are refused or read, and never read beyond")
  func truncated() throws {
    let request = ExportRequestEncoder().encode(MetricBatch(Metric.full)).protobuf.array
    #expect(try ExportRequestDecoder.decode(request, as: Metric.self) == Metric.full)
    for count in 1..<request.count { #expect(Self.code(Array(request[..<count])) != nil, "\(count) bytes") }
  }

  @Test("values in a request are limited: each bucket of a byte counts")
  func limits() {
    var limits = ExportRequestDecoder.Limits()
    limits.maxValues = 20
    func point(_ count: Int) -> [UInt8] {
      Self.request(
        Self.field(0x52, Self.field(0x0A, Self.field(0x42, Self.field(0x12, [UInt8](repeating: 1, count: count))))))
    }
    #expect(Self.code(point(18), limits) == nil)
    #expect(Self.code(point(19), limits) == .tooLarge)
    limits.maxItems = 0
    #expect(Self.code(point(1), limits) == .tooLarge)
  }
}
