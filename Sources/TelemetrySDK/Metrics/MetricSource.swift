/// The producers that a periodic reader calls.
struct MetricSource: Sendable {
  /// The result of a call of a producer.
  struct Produced: Sendable {
    var metrics: [Metric]
    var error: (any Error)?
  }

  let producers: [any MetricProducer]
  let resource: Resource
  let temporality: TemporalityPreference
  let interval: Duration
  let timeout: Duration

  func schedule(at now: MonotonicInstant) -> CollectionSchedule {
    CollectionSchedule(interval: interval, timeout: timeout, producers: producers.count, at: now)
  }

  func produce(_ producer: Int, _ timeUnixNano: UInt64, _ deadline: Deadline) async -> Produced {
    var collection = MetricCollection(
      resource: resource, temporality: temporality, timeUnixNano: timeUnixNano, deadline: deadline)
    do {
      try await producers[producer].produce(into: &collection)
      return Produced(metrics: collection.metrics)
    } catch {
      return Produced(metrics: collection.metrics, error: error)
    }
  }

  /// The producer's type, for messages.
  func name(of producer: Int) -> String { "\(type(of: producers[producer]))" }
}
