internal import TelemetryCore

/// Turns the stream of outcomes into the few things worth saying: the first loss after success, and the recovery.
struct FailureWatch {
  enum Word {
    case failing(lost: Int, error: (any Error)?, attempts: Int)
    case stillFailing(lost: Int, error: (any Error)?)
    case rejected(Int, error: (any Error)?, after: Failures?)
    case recovered(Failures)
  }

  struct Failures {
    var batches = 0
    var lost = 0
  }

  private var failures = Failures()

  mutating func note(_ outcome: ExportOutcome, count: Int) -> Word? {
    let dropped = outcome.dropped.values.saturatingSum
    if dropped > 0 {
      defer {
        failures.batches += 1
        failures.lost = failures.lost.saturatingSum(dropped)
      }
      return failures.batches == 0
        ? .failing(lost: dropped, error: outcome.error, attempts: outcome.attempts)
        : .stillFailing(lost: dropped, error: outcome.error)
    }
    defer { failures = Failures() }
    let ended = failures.batches > 0 ? failures : nil
    if outcome.rejected > 0 { return .rejected(outcome.rejected, error: outcome.error, after: ended) }
    return ended.map { .recovered($0) }
  }
}

extension FailureWatch.Word {
  func say(to diagnostics: Diagnostics) {
    switch self {
    case .failing(let lost, let error, let attempts):
      diagnostics.emit(
        .warning, "export fails", [("lost", "\(lost)"), ("attempts", "\(attempts)")] + Self.reason(error))
    case .stillFailing(let lost, let error):
      diagnostics.emit(.debug, "export still fails", [("lost", "\(lost)")] + Self.reason(error))
    case .rejected(let count, let error, let failures):
      if let failures { Self.recovered(failures).say(to: diagnostics) }
      diagnostics.emit(.warning, "the receiver rejected items", [("rejected", "\(count)")] + Self.reason(error))
    case .recovered(let failures):
      diagnostics.emit(
        .warning, "export works again", [("failedBatches", "\(failures.batches)"), ("lost", "\(failures.lost)")])
    }
  }

  private static func reason(_ error: (any Error)?) -> [(name: String, value: String)] {
    error.map { [("error", "\($0)".sanitized())] } ?? []
  }
}
