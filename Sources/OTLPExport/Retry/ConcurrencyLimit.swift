package import TelemetryCore

/// How many calls may be open at once: all that are allowed until the server shows that they are too many, then half as
/// many each time, and one more for each round of answers that are quick again (AIMD). Pure.
package struct ConcurrencyLimit: Sendable {
  // Calls that were open together fail together: that is one sign, not one for each.
  private static let leastBetweenCuts = Duration.seconds(1)
  // An answer that takes so many times the usual is a queue at the server.
  private static let slow = 2.0

  private let maximum: Int
  private var value: Double
  private var lastCut: MonotonicInstant?
  /// Of a quick answer, in nanoseconds.
  private var usual: Double?

  package init(maximum: Int) {
    self.maximum = max(maximum, 1)
    value = Double(self.maximum)
  }

  /// The number of calls that may be open at once, from 1 to the maximum.
  package var limit: Int { Int(value) }

  /// Whether the limit is below the maximum.
  package var isReduced: Bool { value < Double(maximum) }

  /// The server has no room: halves the limit.
  package mutating func cut(at now: MonotonicInstant) {
    if let lastCut, now - lastCut < ConcurrencyLimit.leastBetweenCuts { return }
    lastCut = now
    value = max(1, (value / 2).rounded(.down))
  }

  /// The server took a request in `time` while `open` calls were open, this one included.
  package mutating func succeeded(in time: Duration, open: Int) {
    let nanoseconds = Double(max(time.clampedNanoseconds, 0))
    let usual = self.usual ?? nanoseconds
    // Downwards at once, upwards slowly: a network that got slower becomes the usual.
    self.usual = min(nanoseconds, usual + (nanoseconds - usual) / 32)
    guard isReduced, open >= limit, nanoseconds <= usual * ConcurrencyLimit.slow else { return }
    value = min(value + 1 / value, Double(maximum))
  }
}
