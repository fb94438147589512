package import TelemetrySDK

/// The counts of a ``MetricRun``. Pure; in data points.
package struct MetricLedger: Sendable {
  package private(set) var ledger = Ledger()
  private var isClosed = false

  package init() {}

  /// True if every data point has its end.
  package var isSettled: Bool { ledger.queued + ledger.inFlight == 0 }

  /// A collection was handed over.
  package mutating func took(_ points: Int) {
    guard !isClosed else { return }
    ledger.ended += points
    ledger.queued += points
  }

  /// The export of a part of a collection began.
  package mutating func exportBegan(_ points: Int) {
    guard !isClosed else { return }
    ledger.queued -= points
    ledger.inFlight += points
    ledger.exports += 1
  }

  /// The export of a part ended. An outcome after the end is too late for the report.
  /// - Parameter outcome: Balanced.
  package mutating func exportEnded(_ points: Int, _ outcome: ExportOutcome) {
    guard !isClosed else { return }
    ledger.inFlight -= points
    ledger.exported += outcome.exported
    ledger.rejected += outcome.rejected
    ledger.dropped.merge(outcome.dropped, uniquingKeysWith: +)
    ledger.possibleDuplicates += outcome.possibleDuplicates
    ledger.attempts += outcome.attempts
  }

  /// The time is over: what has no end by now is dropped.
  /// - Returns: The final ledger.
  package mutating func close() -> Ledger {
    isClosed = true
    if !isSettled { ledger.dropped[.shutdown, default: 0] += ledger.queued + ledger.inFlight }
    (ledger.queued, ledger.inFlight) = (0, 0)
    return ledger
  }
}
