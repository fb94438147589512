internal import TelemetryCore

/// Reports the first loss after a success, further losses as debug events, rejected items, and the recovery.
struct ExportReporter {
  /// Consecutive exports with losses, and their lost items.
  private var failedBatches = 0
  private var lost = 0

  /// Counts an outcome.
  /// - Returns: The reporter before this outcome, which reports it outside the processor's lock.
  mutating func exportEnded(_ outcome: ExportOutcome) -> ExportReporter {
    let before = self
    let dropped = outcome.dropped.values.saturatingSum
    self = ExportReporter()
    if dropped > 0 {
      failedBatches = before.failedBatches + 1
      lost = before.lost.saturatingSum(dropped)
    }
    return before
  }

  func report(_ outcome: ExportOutcome, to diagnostics: Diagnostics) {
    let dropped = outcome.dropped.values.saturatingSum
    var error: [(name: String, value: String)] {
      outcome.error.map { [("error", "\($0)".sanitized())] } ?? []
    }
    if dropped > 0, failedBatches > 0 {
      diagnostics.emit(.debug, "export still fails", [("lost", "\(dropped)")] + error)
    } else if dropped > 0 {
      diagnostics.emit(
        .warning, "export fails", [("lost", "\(dropped)"), ("attempts", "\(outcome.attempts)")] + error)
    } else if failedBatches > 0 {
      diagnostics.emit(
        .warning, "export works again", [("failedBatches", "\(failedBatches)"), ("lost", "\(lost)")])
    }
    if dropped == 0, outcome.rejected > 0 {
      diagnostics.emit(.warning, "the receiver rejected items", [("rejected", "\(outcome.rejected)")] + error)
    }
  }
}
