internal import TelemetryCore

/// Makes OTLP metrics of what telemetry components measure of themselves (``SelfMetrics``), for a ``PeriodicMetricReader``.
/// Thread-safe.
///
/// Counters and histograms have the temporality that the reader prefers, up-down counters are cumulative. Cumulative points begin when
/// the producer was made; delta points of a counter that hasn't changed are left out. The number of data points depends on the
/// components alone, so the metrics of the exporter that exports them don't grow with each export (RULES 4.13.4).
public final class SelfMetricsProducer: MetricProducer {
  private struct Key: Hashable {
    let name: String
    let attributes: Attributes
  }

  /// The last report.
  private struct Last {
    var value: SelfMetrics.Value
    var startTimeUnixNano: UInt64
  }

  private struct State {
    var components: [@Sendable () -> SelfMetrics] = []
    var last: [Key: Last] = [:]
    /// The begin of points that were never reported, and the end of the last interval.
    var startTimeUnixNano: UInt64
    var timeUnixNano: UInt64
  }

  private static let scope = InstrumentationScope(name: "swift-otlp", version: PackageVersion.current)

  private let state: ForkSafe<State>

  /// Makes a producer without components.
  public init() {
    let now = TraceClock.wallNanoseconds
    state = ForkSafe(State(startTimeUnixNano: now, timeUnixNano: now))
  }

  /// Adds a component, which `metrics` asks: such as `{ processor.selfMetrics }`. Components can't be removed.
  public func add(_ metrics: @escaping @Sendable () -> SelfMetrics) {
    state.withLock { $0.components.append(metrics) }
  }

  /// Adds the present metrics of all components.
  public func produce(into collection: inout MetricCollection) async throws {
    let components = state.withLock { $0.components }
    let metrics = components.reduce(SelfMetrics()) { $0 + $1() }.metrics
    let request = collection
    let produced = state.withLock { state in
      defer { state.timeUnixNano = request.timeUnixNano }
      return metrics.map { Self.metric($0, request, &state) }
    }
    for metric in produced where metric.dataPointCount > 0 { collection.add(metric) }
  }

  private static func metric(
    _ metric: SelfMetrics.Metric, _ request: MetricCollection, _ state: inout State
  ) -> Metric {
    let temporality = request.temporality.temporality(of: metric.instrument.temporalityKind)
    let intervals = metric.points.map { point in
      (point, interval(Key(name: metric.name, attributes: point.attributes), metric, point.value, temporality, &state))
    }
    let data: Metric.Data
    if metric.instrument == .histogram {
      data = .histogram(
        Metric.Histogram(
          intervals.compactMap { histogramPoint($0, $1, request.timeUnixNano) }, temporality: temporality))
    } else {
      data = .sum(
        Metric.Sum(
          intervals.compactMap { numberPoint($0, $1, request.timeUnixNano) }, temporality: temporality,
          isMonotonic: metric.instrument == .counter))
    }
    return Metric(
      name: metric.name, description: metric.description, unit: metric.unit, data: data,
      resource: request.resource, scope: scope)
  }

  /// The value and the start of the interval to report; nil if a delta is zero.
  ///
  /// A total below the last one is that of a component that began anew, in a forked child: it counts from then on.
  private static func interval(
    _ key: Key, _ metric: SelfMetrics.Metric, _ value: SelfMetrics.Value, _ temporality: Metric.Temporality,
    _ state: inout State
  ) -> Last? {
    let last = state.last[key]
    let isReset = metric.instrument != .upDownCounter && last.map { value.isLess(than: $0.value) } ?? false
    var current = Last(value: value, startTimeUnixNano: last?.startTimeUnixNano ?? state.startTimeUnixNano)
    if isReset { current.startTimeUnixNano = state.timeUnixNano }
    state.last[key] = current
    guard temporality == .delta else { return current }
    current.startTimeUnixNano = state.timeUnixNano
    if let last, !isReset { current.value = value.difference(from: last.value) }
    return current.value.isZero ? nil : current
  }

  private static func numberPoint(
    _ point: SelfMetrics.Point, _ interval: Last?, _ time: UInt64
  ) -> Metric.NumberDataPoint? {
    guard let interval, case .sum(let value) = interval.value else { return nil }
    return Metric.NumberDataPoint(
      .int(Int64(value)), attributes: point.attributes, startTimeUnixNano: interval.startTimeUnixNano,
      timeUnixNano: time)
  }

  /// The conventions define a single bucket.
  private static func histogramPoint(
    _ point: SelfMetrics.Point, _ interval: Last?, _ time: UInt64
  ) -> Metric.HistogramDataPoint? {
    guard let interval, case .histogram(let count, let sum) = interval.value else { return nil }
    return Metric.HistogramDataPoint(
      attributes: point.attributes, startTimeUnixNano: interval.startTimeUnixNano, timeUnixNano: time,
      count: UInt64(count), sum: sum, bucketCounts: [UInt64(count)])
  }
}

extension SelfMetrics.Instrument {
  fileprivate var temporalityKind: TemporalityPreference.Instrument {
    switch self {
    case .histogram: .histogram
    case .counter: .counter
    default: .upDownCounter
    }
  }
}

extension SelfMetrics.Value {
  fileprivate var isZero: Bool {
    switch self {
    case .sum(let sum): sum == 0
    case .histogram(let count, _): count == 0
    }
  }

  fileprivate func isLess(than other: SelfMetrics.Value) -> Bool {
    switch (self, other) {
    case (.sum(let sum), .sum(let last)): sum < last
    case (.histogram(let count, _), .histogram(let last, _)): count < last
    default: false
    }
  }

  fileprivate func difference(from last: SelfMetrics.Value) -> SelfMetrics.Value {
    switch (self, last) {
    case (.sum(let sum), .sum(let last)): .sum(sum - last)
    case (.histogram(let count, let sum), .histogram(let lastCount, let lastSum)):
      .histogram(count: count - lastCount, sum: sum - lastSum)
    default: self
    }
  }
}
