package import TelemetryCore
package import TelemetrySDK

/// Notices that producers wait for room while nothing is delivered: a command then gives up, since it would wait as long
/// as the server is away.
package struct StallWatch {
  private let patience: Duration
  private var settled = -1
  private var ended = -1
  private var since: MonotonicInstant

  /// - Parameter patience: How long nothing may move.
  package init(patience: Duration, at now: MonotonicInstant) {
    self.patience = patience
    since = now
  }

  /// Whether spans that wait have moved for too long neither into the queue nor out of it.
  /// - Parameter isWaiting: Whether there is a producer that has a span.
  package mutating func isStalled(_ ledger: Ledger, isWaiting: Bool, at now: MonotonicInstant) -> Bool {
    let nowSettled = ledger.exported + ledger.rejected + ledger.droppedTotal
    if !isWaiting || nowSettled != settled || ledger.ended != ended {
      settled = nowSettled
      ended = ledger.ended
      since = now
    }
    return now - since >= patience
  }

  package var message: String { "gave up: nothing was delivered for \(patience.shortText)" }
}
