/// Where every ended item of a processor is, at one moment.
///
/// The law: `ended == exported + rejected + droppedTotal + queued + inFlight`. It holds in every ledger that a
/// processor gives out.
public struct Ledger: Sendable, Hashable {
  /// Items that were handed to the processor.
  public var ended = 0
  /// Items that the back end accepted.
  public var exported = 0
  /// Items that the back end rejected within an accepted request.
  public var rejected = 0
  /// Items that were given up, by reason; reasons without items are absent.
  public var dropped: [DropReason: Int] = [:]
  /// Items that wait in the queue.
  public var queued = 0
  /// Items that an exporter is at work on.
  public var inFlight = 0
  /// Of all items, those that the back end may have got twice.
  public var possibleDuplicates = 0
  /// Batches that were handed to the exporter.
  public var exports = 0
  /// Requests that the exporter made for them.
  public var attempts = 0

  /// All zero.
  public init() {}

  /// Items that were given up, for whatever reason.
  public var droppedTotal: Int { dropped.values.saturatingSum }

  /// Whether the law holds.
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
  /// What a person wants to know: `exported 512, dropped 3 (queueFull 3)`.
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
