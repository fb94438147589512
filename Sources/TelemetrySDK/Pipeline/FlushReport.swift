/// The result of a flush or shutdown.
public struct FlushReport: Sendable, Hashable {
  /// True if all items from before the call were settled (exported, rejected or dropped) by the deadline.
  public var isComplete: Bool
  /// Items from before the call that were rejected or dropped.
  public var lost: Int
  /// The ledger at the end of the call.
  public var ledger: Ledger

  /// Makes a report.
  public init(isComplete: Bool, lost: Int, ledger: Ledger) {
    self.isComplete = isComplete
    self.lost = lost
    self.ledger = ledger
  }

  /// True if all items from before the call were delivered.
  public var isDelivered: Bool { isComplete && lost == 0 }
}

extension FlushReport {
  /// The report of a processor that holds nothing.
  public static var empty: FlushReport { FlushReport(isComplete: true, lost: 0, ledger: Ledger()) }

  /// The sum of two reports.
  public static func + (left: FlushReport, right: FlushReport) -> FlushReport {
    FlushReport(
      isComplete: left.isComplete && right.isComplete, lost: left.lost.saturatingSum(right.lost),
      ledger: left.ledger + right.ledger)
  }
}
