internal import TelemetryCore

/// The collections of a reader, by the type of their error (RULES 4.13, 4.13.3).
struct CollectionDurations {
  private struct Sum {
    var count = 0
    var seconds = 0.0
  }

  /// Errors are of few types; if a program has more, the others share a value.
  private static let maxErrorTypes = 16

  private var successes = Sum()
  private var failures: [String: Sum] = [:]

  /// Counts a collection.
  mutating func add(_ duration: Duration, errorType: String?) {
    let seconds = Double(duration.clampedNanoseconds) / 1e9
    guard let errorType else {
      successes.count += 1
      successes.seconds += seconds
      return
    }
    let isKnown = failures[errorType] != nil || failures.count < Self.maxErrorTypes
    let key = isKnown ? errorType : "_OTHER"
    failures[key, default: Sum()].count += 1
    failures[key, default: Sum()].seconds += seconds
  }

  func metric(_ component: ComponentID) -> SelfMetrics.Metric {
    var points = [Self.point(component.attributes, successes)]
    for (type, sum) in failures.sorted(by: { $0.key < $1.key }) {
      var attributes = component.attributes
      attributes["error.type"] = .string(type)
      points.append(Self.point(attributes, sum))
    }
    return SelfMetrics.Metric(
      "otel.sdk.metric_reader.collection.duration", .histogram, unit: "s",
      description: "The duration of the collections.", points: points)
  }

  private static func point(_ attributes: Attributes, _ sum: Sum) -> SelfMetrics.Point {
    SelfMetrics.Point(attributes, .histogram(count: sum.count, sum: sum.seconds))
  }
}
