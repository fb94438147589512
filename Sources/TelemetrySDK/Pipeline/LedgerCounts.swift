/// The counts behind a ``Ledger``: plain integers, since they change with every item.
struct LedgerCounts {
  /// Without the drops, and without what is in the queue and in exports.
  var totals = Ledger()
  /// Items that the processor dropped before an export, by the index of the reason.
  private var processorDrops = [Int](repeating: 0, count: DropReason.allCases.count)
  /// Items that the exporter dropped, by the index of the reason.
  private var exporterDrops = [Int](repeating: 0, count: DropReason.allCases.count)

  /// Counts items that were dropped before an export.
  mutating func drop(_ count: Int, _ reason: DropReason) { processorDrops[reason.index] += count }

  /// Adds a balanced outcome.
  mutating func add(_ outcome: ExportOutcome) {
    totals.exported += outcome.exported
    totals.rejected += outcome.rejected
    for (reason, count) in outcome.dropped { exporterDrops[reason.index] += count }
    totals.possibleDuplicates += outcome.possibleDuplicates
    // The only count that the number of items doesn't bound.
    totals.attempts = totals.attempts.saturatingSum(outcome.attempts)
  }

  func ledger(queued: Int, inFlight: Int) -> Ledger {
    var ledger = totals
    ledger.dropped = Self.byReason(zip(processorDrops, exporterDrops).map(+))
    ledger.queued = queued
    ledger.inFlight = inFlight
    return ledger
  }

  /// Items of ended exports.
  var returned: Int { totals.exported + totals.rejected + exporterDrops.reduce(0, +) }

  /// Items that were dropped before an export.
  var droppedBefore: [DropReason: Int] { Self.byReason(processorDrops) }

  private static func byReason(_ counts: [Int]) -> [DropReason: Int] {
    var result: [DropReason: Int] = [:]
    for reason in DropReason.allCases where counts[reason.index] > 0 { result[reason] = counts[reason.index] }
    return result
  }
}
