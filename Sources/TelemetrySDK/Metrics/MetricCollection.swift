/// The metrics of one collection of one producer, and what the reader asks of them.
public struct MetricCollection: Sendable {
  /// The resource of the metrics.
  public let resource: Resource
  /// The temporality that the exporter prefers.
  public let temporality: TemporalityPreference
  /// The end of the interval of the data points, in nanoseconds since 1970. Never less than in the collection before.
  public let timeUnixNano: UInt64
  /// The time by which the reader needs the metrics.
  public let deadline: Deadline
  /// The metrics so far, in the order of their addition.
  public private(set) var metrics: [Metric] = []

  /// Makes an empty collection, for tests of a producer.
  public init(
    resource: Resource = .empty, temporality: TemporalityPreference = .cumulative, timeUnixNano: UInt64,
    deadline: Deadline = .never
  ) {
    self.resource = resource
    self.temporality = temporality
    self.timeUnixNano = timeUnixNano
    self.deadline = deadline
  }

  /// Adds a metric. One without data points isn't exported.
  public mutating func add(_ metric: Metric) { metrics.append(metric) }
}
