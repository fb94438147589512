internal import TelemetryCore

/// The state of a periodic reader's driver between two actions.
struct CollectionState {
  /// The calls of producers that haven't returned.
  var tasks: [Int: Task<Void, Never>] = [:]
  /// The results of the running collection's producers.
  var produced: [Int: MetricSource.Produced] = [:]
  /// The producers whose last call failed, or was late.
  var failing: Set<Int> = []
  private(set) var durations = CollectionDurations()
  private var began = MonotonicInstant(nanoseconds: 0)
  private var timeUnixNano: UInt64 = 0

  /// A collection begins.
  /// - Returns: The time of its data points, which never goes back with the wall clock.
  mutating func begin(at now: MonotonicInstant, wall: UInt64) -> UInt64 {
    began = now
    produced = [:]
    timeUnixNano = max(timeUnixNano, wall)
    return timeUnixNano
  }

  /// The running collection ends.
  /// - Returns: What its producers returned, in their order.
  mutating func end(at now: MonotonicInstant, late: [Int]) -> [(producer: Int, produced: MetricSource.Produced)] {
    defer { produced = [:] }
    let results = produced.sorted { $0.key < $1.key }.map { (producer: $0.key, produced: $0.value) }
    let error = results.lazy.compactMap(\.produced.error).first
    durations.add(now - began, errorType: error.map { "\(type(of: $0))" } ?? (late.isEmpty ? nil : "timeout"))
    return results
  }
}
