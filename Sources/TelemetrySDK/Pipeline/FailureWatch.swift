/// Turns the stream of outcomes into the few things worth saying: the first loss after success, and the recovery.
struct FailureWatch {
  enum Word {
    case failing(lost: Int, error: (any Error)?, attempts: Int)
    case stillFailing(lost: Int, error: (any Error)?)
    case rejected(Int, error: (any Error)?)
    case recovered(batches: Int, lost: Int)
  }

  private var batches = 0
  private var lost = 0

  mutating func note(_ outcome: ExportOutcome, count: Int) -> Word? {
    let dropped = outcome.dropped.values.reduce(0, +)
    if dropped > 0 {
      defer {
        batches += 1
        lost += dropped
      }
      return batches == 0
        ? .failing(lost: dropped, error: outcome.error, attempts: outcome.attempts)
        : .stillFailing(lost: dropped, error: outcome.error)
    }
    if outcome.rejected > 0 { return .rejected(outcome.rejected, error: outcome.error) }
    guard batches > 0 else { return nil }
    defer {
      batches = 0
      lost = 0
    }
    return .recovered(batches: batches, lost: lost)
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
    case .rejected(let count, let error):
      diagnostics.emit(.warning, "the receiver rejected items", [("rejected", "\(count)")] + Self.reason(error))
    case .recovered(let batches, let lost):
      diagnostics.emit(.warning, "export works again", [("failedBatches", "\(batches)"), ("lost", "\(lost)")])
    }
  }

  private static func reason(_ error: (any Error)?) -> [(name: String, value: String)] {
    error.map { [("error", Diagnostics.sanitized("\($0)"))] } ?? []
  }
}
