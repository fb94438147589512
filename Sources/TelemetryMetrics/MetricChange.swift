internal import TelemetryCore
internal import TelemetrySDK

/// A change of a metric since the last report, in the terms of a metrics library.
struct MetricChange: Hashable, Sendable {
  /// The instrument with its attributes as text.
  struct Key: Hashable, Sendable {
    let label: String
    let dimensions: [Dimension]
  }

  struct Dimension: Hashable, Sendable {
    let name: String
    let value: String
  }

  enum Update: Hashable, Sendable {
    case count(Int)
    case sum(Double)
    case level(Int)
  }

  let key: Key
  let update: Update
}

/// The values that were reported last. Counters of a metrics library take differences, ours count from their start.
struct MetricTotals {
  private var counts: [MetricChange.Key: Int] = [:]
  private var sums: [MetricChange.Key: Double] = [:]

  /// The changes from the last call to `metrics`.
  ///
  /// A histogram has one bucket, so it becomes two counters, `NAME.count` and `NAME.sum`.
  mutating func changes(to metrics: SelfMetrics) -> [MetricChange] {
    var changes: [MetricChange] = []
    for metric in metrics.metrics {
      for point in metric.points {
        let dimensions = point.attributes.map { MetricChange.Dimension(name: $0.key, value: Self.text($0.value)) }
        func key(_ suffix: String = "") -> MetricChange.Key {
          .init(label: metric.name + suffix, dimensions: dimensions)
        }
        switch point.value {
        case .sum(let value) where metric.instrument == .counter: changes += count(key(), value)
        case .sum(let value): changes.append(.init(key: key(), update: .level(value)))
        case .histogram(let count, let sum): changes += self.count(key(".count"), count) + self.sum(key(".sum"), sum)
        @unknown default: break
        }
      }
    }
    return changes
  }

  // A total below the last one is that of a new component, which began at 0. The first report makes the instrument known.

  private mutating func count(_ key: MetricChange.Key, _ total: Int) -> [MetricChange] {
    let last = counts.updateValue(total, forKey: key)
    guard total != last else { return [] }
    return [.init(key: key, update: .count(total < last ?? 0 ? total : total - (last ?? 0)))]
  }

  private mutating func sum(_ key: MetricChange.Key, _ total: Double) -> [MetricChange] {
    let last = sums.updateValue(total, forKey: key)
    guard total != last else { return [] }
    return [.init(key: key, update: .sum(total < last ?? 0 ? total : total - (last ?? 0)))]
  }

  private static func text(_ value: AttributeValue) -> String {
    if case .string(let text) = value { return text }
    return value.description
  }
}
