package import TelemetryCore
package import TelemetrySDK

/// Notices that producers wait for room while nothing is delivered: a command then gives up, since it would wait as long
/// as the server is away.
package struct StallWatch {
  private let patience: Duration
  private var delivered = -1
  private var dropped = 0
  private var ended = -1
  private var lastDelivery: MonotonicInstant
  private var lastEnd: MonotonicInstant

  /// - Parameter patience: How long nothing may be delivered.
  package init(patience: Duration, at now: MonotonicInstant) {
    self.patience = patience
    lastDelivery = now
    lastEnd = now
  }

  /// Whether nothing has been delivered for too long, and either no span has come into the queue for as long, or spans
  /// have come only because others were dropped.
  /// - Parameter isWaiting: Whether a producer has a span that the queue has not taken.
  package mutating func isStalled(_ ledger: Ledger, isWaiting: Bool, at now: MonotonicInstant) -> Bool {
    let nowDelivered = ledger.exported + ledger.rejected
    if nowDelivered != delivered {
      delivered = nowDelivered
      dropped = ledger.droppedTotal
      lastDelivery = now
    }
    if ledger.ended != ended || !isWaiting {
      ended = ledger.ended
      lastEnd = now
    }
    guard now - lastDelivery >= patience else { return false }
    return now - lastEnd >= patience || (isWaiting && ledger.droppedTotal > dropped)
  }

  package var message: String { "gave up: nothing was delivered for \(patience.shortText)" }
}
