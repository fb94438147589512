package import TelemetryCore
package import TelemetrySDK

/// The exports of a command, and the measurements for the report. Thread-safe.
package protocol CommandRun: Sendable {
  var ledger: Ledger { get }
  /// The last failure.
  var lastError: String? { get }

  /// Delivers what is left, until the shutdown timeout has passed since `beginning`, and reports on it.
  func finish(since beginning: MonotonicInstant) async -> RunReport
}

extension CommandRun {
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
      let (ledger, now) = (self.ledger, MonotonicInstant.system)
      progress.show(ledger, failure: lastError, at: now)
      if let patience, watch?.isStalled(ledger, isWaiting: isWaiting(), at: now) == true {
        return Shortfall(.loss, "gave up: nothing was delivered for \(patience.shortText)")
      }
    }
    return nil
  }
}
