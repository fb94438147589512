package import TelemetryCore

/// The number of calls that may be open at once (AIMD). Pure.
///
/// The limit starts at a few calls and grows while all are in use and responses are quick. Each sign of overload halves the
/// limit; from then on each round of quick responses adds a call.
package struct ConcurrencyLimit: Sendable {
  /// The limit before anything is known of the server: few calls already gain most of the throughput.
  package static let start = 4
  // Calls that were open together fail together, which is a single sign of overload.
  private static let leastBetweenCuts = Duration.seconds(1)
  // A response slower than the usual time by this factor means a queue at the server.
  private static let slow = 2.0
  // The usual time follows a network that became slower within this time, but not a server that is overloaded.
  private static let memory = Double(Duration.seconds(60).clampedNanoseconds)

  private let maximum: Int
  private var value: Double
  /// Below the threshold each quick response adds a call, above that each round of responses.
  private var threshold: Double
  private var lastCut: MonotonicInstant?
  /// The time of a quick response, in nanoseconds.
  private var usual: Double?
  private var lastResponse: MonotonicInstant?
  /// The average time of the last responses, in nanoseconds.
  private var recent: Double?

  package init(maximum: Int) {
    self.maximum = max(maximum, 1)
    value = Double(min(ConcurrencyLimit.start, self.maximum))
    threshold = Double(self.maximum)
  }

  /// The number of calls that may be open at once, from 1 to the maximum.
  package var limit: Int { Int(value) }

  /// The average time of the last responses; nil before the first.
  package var responseTime: Duration? { recent.map { .nanoseconds(Int64($0)) } }

  /// Halves the limit: the server is overloaded.
  package mutating func cut(at now: MonotonicInstant) {
    if let lastCut, now - lastCut < ConcurrencyLimit.leastBetweenCuts { return }
    lastCut = now
    value = max(1, (value / 2).rounded(.down))
    threshold = value
  }

  /// Starts again with one call: the server fails altogether.
  package mutating func collapse() {
    threshold = max(1, (value / 2).rounded(.down))
    value = 1
  }

  /// The server accepted a request in `time` while `open` calls were open, this call included.
  package mutating func callSucceeded(in time: Duration, open: Int, at now: MonotonicInstant) {
    let nanoseconds = Double(max(time.clampedNanoseconds, 0))
    let usual = self.usual ?? nanoseconds
    let elapsed = lastResponse.map { Double((now - $0).clampedNanoseconds) } ?? 0
    lastResponse = now
    recent = recent.map { $0 + (nanoseconds - $0) / 8 } ?? nanoseconds
    // Downwards at once, upwards slowly.
    self.usual = min(nanoseconds, usual + (nanoseconds - usual) * min(1, elapsed / ConcurrencyLimit.memory))
    guard value < Double(maximum), open >= limit, nanoseconds <= usual * ConcurrencyLimit.slow else { return }
    value = min(value + (value < threshold ? 1 : 1 / value), Double(maximum))
  }
}
