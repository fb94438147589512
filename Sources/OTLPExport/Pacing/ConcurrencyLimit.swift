package import TelemetryCore

/// How many calls may be open at once: a few at first, and more as long as all are in use and answers are quick; half as
/// many each time that the server shows that they are too many, and from then on one more for each round of quick answers
/// (AIMD). Pure.
package struct ConcurrencyLimit: Sendable {
  /// As many calls at once as gain most of what there is to be gained where nothing is known of the server yet.
  package static let start = 4
  // Calls that were open together fail together: that is one sign, not one for each.
  private static let leastBetweenCuts = Duration.seconds(1)
  // An answer that takes so many times the usual is a queue at the server.
  private static let slow = 2.0
  // A network that got slower becomes the usual in about so long; a server that is merely full does not.
  private static let memory = Double(Duration.seconds(60).clampedNanoseconds)

  private let maximum: Int
  private var value: Double
  /// Below it each quick answer adds one, from it on each round of them.
  private var threshold: Double
  private var lastCut: MonotonicInstant?
  /// Of a quick answer, in nanoseconds.
  private var usual: Double?
  private var lastAnswer: MonotonicInstant?
  /// Of the last few answers, in nanoseconds.
  private var recent: Double?

  package init(maximum: Int) {
    self.maximum = max(maximum, 1)
    value = Double(min(ConcurrencyLimit.start, self.maximum))
    threshold = Double(self.maximum)
  }

  /// The number of calls that may be open at once, from 1 to the maximum.
  package var limit: Int { Int(value) }

  /// How long the last few answers took; nil while there is none.
  package var answerTime: Duration? { recent.map { .nanoseconds(Int64($0)) } }

  /// The server has no room: halves the limit.
  package mutating func cut(at now: MonotonicInstant) {
    if let lastCut, now - lastCut < ConcurrencyLimit.leastBetweenCuts { return }
    lastCut = now
    value = max(1, (value / 2).rounded(.down))
    threshold = value
  }

  /// The server fails altogether: begins again with one call.
  package mutating func collapse() {
    threshold = max(1, (value / 2).rounded(.down))
    value = 1
  }

  /// The server took a request in `time` while `open` calls were open, this one included.
  package mutating func succeeded(in time: Duration, open: Int, at now: MonotonicInstant) {
    let nanoseconds = Double(max(time.clampedNanoseconds, 0))
    let usual = self.usual ?? nanoseconds
    let elapsed = lastAnswer.map { Double((now - $0).clampedNanoseconds) } ?? 0
    lastAnswer = now
    recent = recent.map { $0 + (nanoseconds - $0) / 8 } ?? nanoseconds
    // Downwards at once, upwards slowly.
    self.usual = min(nanoseconds, usual + (nanoseconds - usual) * min(1, elapsed / ConcurrencyLimit.memory))
    guard value < Double(maximum), open >= limit, nanoseconds <= usual * ConcurrencyLimit.slow else { return }
    value = min(value + (value < threshold ? 1 : 1 / value), Double(maximum))
  }
}
