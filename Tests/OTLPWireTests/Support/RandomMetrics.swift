import TelemetryCore
import TelemetrySDK

/// Random metrics of any kind, with frequent edge cases.
struct RandomMetrics {
  private var maker: Maker
  private let resources: [Resource]
  private let scopes: [InstrumentationScope]

  init(seed: UInt64) {
    var maker = Maker(generator: SeededRandom(seed: seed))
    resources = [.empty] + (0..<2).map { _ in maker.resource() }
    scopes = [.empty] + (0..<2).map { _ in maker.scope() }
    self.maker = maker
  }

  mutating func metrics(_ count: Int) -> [Metric] {
    (0..<count).map { _ in
      maker.metric(
        resources[Int.random(in: 0..<3, using: &maker.generator)],
        scopes[Int.random(in: 0..<3, using: &maker.generator)])
    }
  }
}

extension Maker {
  mutating func metric(_ resource: Resource, _ scope: InstrumentationScope) -> Metric {
    Metric(
      name: text(), description: chance(50) ? "" : text(), unit: chance(50) ? "" : text(), data: data(),
      metadata: chance(70) ? [:] : attributes(), resource: resource, scope: scope)
  }

  private mutating func data() -> Metric.Data {
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: .empty
    case 1: .gauge(Metric.Gauge(points { $0.numberPoint() }))
    case 2: .sum(Metric.Sum(points { $0.numberPoint() }, temporality: temporality(), isMonotonic: chance(50)))
    case 3: .histogram(Metric.Histogram(points { $0.histogramPoint() }, temporality: temporality()))
    case 4:
      .exponentialHistogram(
        Metric.ExponentialHistogram(points { $0.exponentialPoint() }, temporality: temporality()))
    default: .summary(Metric.Summary(points { $0.summaryPoint() }))
    }
  }

  private mutating func points<Point>(_ point: (inout Maker) -> Point) -> [Point] {
    (0..<Int.random(in: 0..<4, using: &generator)).map { _ in point(&self) }
  }

  private mutating func temporality() -> Metric.Temporality { .allCases.randomElement(using: &generator)! }

  private mutating func double() -> Double {
    let edges = [
      0, -0.0, 1, -1, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi, 1e-7, 1e21,
    ]
    return chance(50) ? edges.randomElement(using: &generator)! : Double(Int64(bitPattern: number())) / 1000
  }

  private mutating func optionalDouble() -> Double? { chance(30) ? nil : double() }

  private mutating func int32() -> Int32 {
    chance(30)
      ? [0, 1, -1, .max, .min, 63, -64, 64].randomElement(using: &generator)! : Int32(truncatingIfNeeded: number())
  }

  private mutating func count() -> UInt64 { chance(20) ? [0, 1, .max].randomElement(using: &generator)! : number() }

  private mutating func counts(_ limit: Int = 40) -> [UInt64] {
    (0..<(chance(30) ? 0 : Int.random(in: 0..<limit, using: &generator))).map { _ in count() }
  }

  private mutating func value() -> Metric.Value? {
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: nil
    case 1: .int([0, -1, .max, .min].randomElement(using: &generator)!)
    case 2: .int(Int64(bitPattern: number()))
    default: .double(double())
    }
  }

  private mutating func flags() -> Metric.DataPointFlags { Metric.DataPointFlags(rawValue: uint32()) }

  private mutating func exemplars() -> [Metric.Exemplar] {
    (0..<(chance(60) ? 0 : 2)).map { _ in
      Metric.Exemplar(
        value(), timeUnixNano: number(), filteredAttributes: attributes(), traceID: traceID(), spanID: spanID())
    }
  }

  private mutating func numberPoint() -> Metric.NumberDataPoint {
    Metric.NumberDataPoint(
      value(), attributes: attributes(), startTimeUnixNano: chance(30) ? 0 : number(), timeUnixNano: number(),
      exemplars: exemplars(), flags: flags())
  }

  private mutating func histogramPoint() -> Metric.HistogramDataPoint {
    Metric.HistogramDataPoint(
      attributes: attributes(), startTimeUnixNano: number(), timeUnixNano: count(), count: count(),
      sum: optionalDouble(), min: optionalDouble(), max: optionalDouble(),
      explicitBounds: counts(20).map { _ in double() }, bucketCounts: counts(), exemplars: exemplars(), flags: flags())
  }

  private mutating func exponentialPoint() -> Metric.ExponentialHistogramDataPoint {
    Metric.ExponentialHistogramDataPoint(
      attributes: attributes(), startTimeUnixNano: number(), timeUnixNano: count(), count: count(),
      sum: optionalDouble(), min: optionalDouble(), max: optionalDouble(), scale: int32(), zeroCount: count(),
      zeroThreshold: double(), positive: buckets(), negative: buckets(), exemplars: exemplars(), flags: flags())
  }

  private mutating func buckets() -> Metric.ExponentialHistogramDataPoint.Buckets? {
    chance(30) ? nil : .init(offset: int32(), bucketCounts: counts(200))
  }

  private mutating func summaryPoint() -> Metric.SummaryDataPoint {
    Metric.SummaryDataPoint(
      attributes: attributes(), startTimeUnixNano: number(), timeUnixNano: count(), count: count(), sum: double(),
      quantileValues: (0..<Int(number() % 4)).map { _ in .init(quantile: double(), value: double()) }, flags: flags())
  }
}
