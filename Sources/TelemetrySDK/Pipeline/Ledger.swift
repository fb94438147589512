/// Accounts for every ended item of a processor, at one moment.
///
/// Every ledger of a processor is balanced: `ended == exported + rejected + droppedTotal + queued + inFlight`.
public struct Ledger: Sendable, Hashable {
  /// Items that were handed to the processor.
  public var ended = 0
  /// Items that the back end accepted.
  public var exported = 0
  /// Items that the back end rejected within an accepted request.
  public var rejected = 0
  /// Items that were dropped, by reason; reasons without items are absent.
  public var dropped: [DropReason: Int] = [:]
  /// Items in the queue.
  public var queued = 0
  /// Items in exports.
  public var inFlight = 0
  /// Items that the back end may have received twice. They are also in the other counts.
  public var possibleDuplicates = 0
  /// Batches that were handed to the exporter.
  public var exports = 0
  /// Requests that the exporter made for these batches.
  public var attempts = 0

  /// All zero.
  public init() {}

  /// Items that were dropped, for any reason.
  public var droppedTotal: Int { dropped.values.saturatingSum }

  /// True if the counts of items sum to `ended`.
  public var isBalanced: Bool { ended == [exported, rejected, droppedTotal, queued, inFlight].saturatingSum }

  /// The sum of two ledgers, such as those of two processors.
  public static func + (left: Ledger, right: Ledger) -> Ledger {
    var sum = left
    sum.ended = left.ended.saturatingSum(right.ended)
    sum.exported = left.exported.saturatingSum(right.exported)
    sum.rejected = left.rejected.saturatingSum(right.rejected)
    sum.dropped.merge(right.dropped) { $0.saturatingSum($1) }
    sum.queued = left.queued.saturatingSum(right.queued)
    sum.inFlight = left.inFlight.saturatingSum(right.inFlight)
    sum.possibleDuplicates = left.possibleDuplicates.saturatingSum(right.possibleDuplicates)
    sum.exports = left.exports.saturatingSum(right.exports)
    sum.attempts = left.attempts.saturatingSum(right.attempts)
    return sum
  }
}

extension Ledger: CustomStringConvertible {
  /// A summary: `exported 512, dropped 3 (queueFull 3)`.
  public var description: String {
    var text = "exported \(exported), dropped \(droppedTotal)"
    let reasons = DropReason.allCases.compactMap { reason in dropped[reason].map { "\(reason) \($0)" } }
    if !reasons.isEmpty { text += " (\(reasons.joined(separator: ", ")))" }
    if rejected > 0 { text += ", rejected \(rejected)" }
    if queued > 0 { text += ", queued \(queued)" }
    if inFlight > 0 { text += ", in flight \(inFlight)" }
    if possibleDuplicates > 0 { text += ", possible duplicates \(possibleDuplicates)" }
    return text
  }
}
