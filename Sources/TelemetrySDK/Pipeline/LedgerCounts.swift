/// The counts behind a ``Ledger``: plain integers, since they change with every item.
struct LedgerCounts {
  var ended = 0
  var exported = 0
  var rejected = 0
  var possibleDuplicates = 0
  var exports = 0
  var attempts = 0
  /// Items that the processor dropped before an export, by the index of the reason.
  private var processorDrops = [Int](repeating: 0, count: DropReason.allCases.count)
  /// Items that the exporter dropped, by the index of the reason.
  private var exporterDrops = [Int](repeating: 0, count: DropReason.allCases.count)

  /// Counts items that were dropped before an export.
  mutating func drop(_ count: Int, _ reason: DropReason) { processorDrops[reason.index] += count }

  /// Adds a balanced outcome.
  mutating func add(_ outcome: ExportOutcome) {
    exported += outcome.exported
    rejected += outcome.rejected
    for (reason, count) in outcome.dropped { exporterDrops[reason.index] += count }
    possibleDuplicates += outcome.possibleDuplicates
    attempts = attempts.saturatingSum(outcome.attempts)  // the only count that the number of items doesn't bound
  }

  func ledger(queued: Int, inFlight: Int) -> Ledger {
    var ledger = Ledger()
    ledger.ended = ended
    ledger.exported = exported
    ledger.rejected = rejected
    ledger.dropped = Self.byReason(zip(processorDrops, exporterDrops).map(+))
    ledger.queued = queued
    ledger.inFlight = inFlight
    ledger.possibleDuplicates = possibleDuplicates
    ledger.exports = exports
    ledger.attempts = attempts
    return ledger
  }

  /// Items of ended exports.
  var returned: Int { exported + rejected + exporterDrops.reduce(0, +) }

  /// Items that were dropped before an export.
  var droppedBefore: [DropReason: Int] { Self.byReason(processorDrops) }

  private static func byReason(_ counts: [Int]) -> [DropReason: Int] {
    var result: [DropReason: Int] = [:]
    for reason in DropReason.allCases where counts[reason.index] > 0 { result[reason] = counts[reason.index] }
    return result
  }
}
