/// Bounds the search for the items of a batch that a server refuses as invalid. Pure.
///
/// The search halves refused requests until each bad item is alone, so that a bad item costs at most twice the logarithm of
/// the batch's size in requests. While the server has accepted nothing of the batch, everything may be refused: the search
/// then stops at two single items, further refused requests wait, and are searched too if the server accepts another part.
package struct Isolation: Sendable {
  // This many refused single items, without any accepted one, suggest that the items aren't the cause.
  private static let mostFoundWithoutAccepted = 2

  /// The number of requests that were halved.
  package private(set) var splits = 0
  /// The number of items that were refused alone.
  package private(set) var found = 0
  /// The number of times that an item's request can be halved.
  private let depth: Int

  package init(itemCount: Int) { depth = max(itemCount - 1, 1).bitWidth - max(itemCount - 1, 1).leadingZeroBitCount }

  /// The number of permitted splits so far. Each halved request holds a bad item, found or still in search; the
  /// last term allows for a server that doesn't refuse the same item twice.
  package var mostSplits: Int { (found + 2) * depth }

  /// True if a refused request of `itemCount` items may be halved, now or later.
  package func maySplit(itemCount: Int) -> Bool { itemCount > 1 && splits < mostSplits }

  /// True if the search waits until the server has accepted a part of the batch.
  package func waits(hasAccepted: Bool) -> Bool { !hasAccepted && found >= Isolation.mostFoundWithoutAccepted }

  /// A refused request was halved.
  package mutating func requestSplit() { splits += 1 }

  /// A request of a single item was refused.
  package mutating func itemFound() { found += 1 }
}
