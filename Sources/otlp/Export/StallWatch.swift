package import TelemetryCore
package import TelemetrySDK

/// Detects that producers wait for room while nothing is delivered. A command then gives up instead of waiting until the
/// server is back.
package struct StallWatch {
  private let patience: Duration
  private var delivered = -1
  private var dropped = 0
  private var ended = -1
  private var lastDelivery: MonotonicInstant
  private var lastEnd: MonotonicInstant

  /// - Parameter patience: The longest time without a delivery.
  package init(patience: Duration, at now: MonotonicInstant) {
    self.patience = patience
    lastDelivery = now
    lastEnd = now
  }

  /// - Parameter isWaiting: True if a producer has an item for which the queue has no room.
  /// - Returns: True if nothing has been delivered within the patience, and no item has entered the queue either, or
  ///   items entered only in place of dropped ones.
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
}
