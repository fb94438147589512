internal import TelemetryCore
internal import TelemetrySDK

/// Watches the exports of a command until its work is done.
struct RunWatch {
  let ledger: () -> Ledger
  /// The last failure.
  let failure: () -> String?

  /// Shows the progress until `isRunning` returns false or `deadline` has passed.
  /// - Parameters:
  ///   - wake: Signalled when `isRunning` may have changed.
  ///   - patience: The time without a delivery after which the command gives up; nil for no limit.
  ///   - isWaiting: True if a producer has an item for which the queue has no room.
  /// - Returns: The reason to give up; nil if there was none.
  func wait(
    on wake: BlockingSemaphore, until deadline: Deadline = .never, total: Int? = nil, patience: Duration?,
    isWaiting: () -> Bool, while isRunning: () -> Bool
  ) -> Shortfall? {
    let start = MonotonicInstant.system
    var progress = Progress(total: total, start: start)
    var watch = patience.map { StallWatch(patience: $0, at: start) }
    defer { progress.clear() }
    while isRunning() {
      if !wake.wait(until: min(deadline, .after(.milliseconds(200)))), deadline.hasPassed { return nil }
      let (ledger, now) = (ledger(), MonotonicInstant.system)
      progress.show(ledger, failure: failure(), at: now)
      if let patience, watch?.isStalled(ledger, isWaiting: isWaiting(), at: now) == true {
        return Shortfall(.loss, "gave up: nothing was delivered for \(patience.shortText)")
      }
    }
    return nil
  }
}
