/// The counts behind a ledger: plain integers, since they change with every item.
struct LedgerCounts {
  var ended = 0
  var exported = 0
  var rejected = 0
  var possibleDuplicates = 0
  var exports = 0
  var attempts = 0
  /// Lost before they were handed to the exporter.
  private var lostBefore = [Int](repeating: 0, count: DropReason.allCases.count)
  /// Given up by the exporter.
  private var givenUp = [Int](repeating: 0, count: DropReason.allCases.count)

  mutating func drop(_ count: Int, _ reason: DropReason) { lostBefore[reason.index] += count }

  /// Adds an outcome that is balanced.
  mutating func add(_ outcome: ExportOutcome) {
    exported += outcome.exported
    rejected += outcome.rejected
    for (reason, count) in outcome.dropped { givenUp[reason.index] += count }
    possibleDuplicates += outcome.possibleDuplicates
    attempts = attempts.saturatingSum(outcome.attempts)  // the only count without a bound in the items
  }

  func ledger(queued: Int, inFlight: Int) -> Ledger {
    var ledger = Ledger()
    ledger.ended = ended
    ledger.exported = exported
    ledger.rejected = rejected
    for reason in DropReason.allCases {
      let count = lostBefore[reason.index] + givenUp[reason.index]
      if count > 0 { ledger.dropped[reason] = count }
    }
    ledger.queued = queued
    ledger.inFlight = inFlight
    ledger.possibleDuplicates = possibleDuplicates
    ledger.exports = exports
    ledger.attempts = attempts
    return ledger
  }

  /// Items that were handed to the exporter and have come back.
  var settled: Int { exported + rejected + givenUp.reduce(0, +) }

  /// Items that were lost before they were handed to the exporter.
  var lost: [DropReason: Int] {
    var lost: [DropReason: Int] = [:]
    for reason in DropReason.allCases where lostBefore[reason.index] > 0 { lost[reason] = lostBefore[reason.index] }
    return lost
  }
}

extension ExportOutcome {
  /// The outcome with counts that sum to `count`, whatever the exporter said, and whether it had to be changed: what
  /// it left out counts as dropped; where it claims too much, the losses are believed first. No more items than there
  /// are can be duplicates, and no count is negative.
  func balanced(count: Int) -> (ExportOutcome, changed: Bool) {
    var result = resolved(count: count)
    result.possibleDuplicates = min(max(0, possibleDuplicates), count)
    result.attempts = max(0, attempts)
    var changed = result.possibleDuplicates != possibleDuplicates || result.attempts != attempts
    let isSound = result.exported >= 0 && result.rejected >= 0 && result.dropped.values.allSatisfy { $0 >= 0 }
    if isSound, result.total == count { return (result, changed) }
    changed = true
    var left = count
    func claim(_ claimed: Int) -> Int {
      let granted = min(max(0, claimed), left)
      left -= granted
      return granted
    }
    var dropped: [DropReason: Int] = [:]
    for reason in DropReason.allCases {
      if let claimed = result.dropped[reason] { dropped[reason] = claim(claimed) }
    }
    result.rejected = claim(result.rejected)
    result.exported = claim(result.exported)
    if left > 0 { dropped[.exporterFailed, default: 0] += left }
    result.dropped = dropped
    return (result, changed)
  }
}
