/// What a flush or shutdown achieved.
public struct FlushReport: Sendable, Hashable {
  /// Whether everything that was there at the call was settled (exported, rejected or dropped) by the deadline.
  public var isComplete: Bool
  /// Of the items that were there at the call, those that are settled but were not exported.
  public var lost: Int
  /// The ledger at the end of the call.
  public var ledger: Ledger

  /// Makes a report.
  public init(isComplete: Bool, lost: Int, ledger: Ledger) {
    self.isComplete = isComplete
    self.lost = lost
    self.ledger = ledger
  }

  /// Whether everything that was there at the call was delivered.
  public var isDelivered: Bool { isComplete && lost == 0 }
}
