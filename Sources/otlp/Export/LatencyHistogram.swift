internal import TelemetryCore

/// Counts latencies in a fixed number of buckets. Each power of two of nanoseconds has 32 buckets, so a percentile is
/// exact to 3 percent.
package struct LatencyHistogram: Sendable {
  private static let parts = 32
  private var counts = [Int](repeating: 0, count: 64 * 32)
  package private(set) var count = 0
  /// The longest latency, which no percentile exceeds.
  private var longest = Int64(0)

  package init() {}

  package mutating func record(_ duration: Duration) {
    let value = max(0, duration.clampedNanoseconds)
    counts[Self.bucket(value)] += 1
    longest = max(longest, value)
    count += 1
  }

  package mutating func add(_ other: LatencyHistogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    longest = max(longest, other.longest)
  }

  /// The latency that `share` (0 to 1) of the latencies don't exceed; zero if there are none.
  package func percentile(_ share: Double) -> Duration {
    let rank = max(1, Int((Double(count) * share).rounded(.up)))
    var seen = 0
    for (bucket, count) in counts.enumerated() where count > 0 {
      seen += count
      if seen >= rank { return .nanoseconds(min(Self.value(bucket), longest)) }
    }
    return .zero
  }

  private static func bucket(_ value: Int64) -> Int {
    guard value >= parts else { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    return (exponent - 4) * parts + Int(value >> (exponent - 5)) - parts
  }

  /// The middle of a bucket.
  private static func value(_ bucket: Int) -> Int64 {
    guard bucket >= parts else { return Int64(bucket) }
    let shift = bucket / parts - 1
    let low = Int64(bucket % parts + parts) << shift
    return low + (Int64(1) << shift) / 2
  }
}
