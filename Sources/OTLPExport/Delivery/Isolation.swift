/// Bounds the search for the items of one batch that a server refuses as invalid. Pure.
///
/// The search halves what was refused, so that a bad item costs at most twice the logarithm of the batch's size in
/// requests. It goes on until each bad item stands alone. Before the server has taken anything of the batch it may be
/// that it refuses everything: then the search stops at two single items, what is refused meanwhile waits, and is
/// searched too if the server takes another part.
package struct Isolation: Sendable {
  // Single items that are refused, and nothing accepted: it may not be the items that the server dislikes.
  private static let refusedAlone = 2

  /// How often requests were halved.
  package private(set) var splits = 0
  /// The items that were refused alone.
  package private(set) var found = 0
  /// How often one item's request is halved at most.
  private let depth: Int

  package init(itemCount: Int) { depth = max(itemCount - 1, 1).bitWidth - max(itemCount - 1, 1).leadingZeroBitCount }

  /// How often requests may be halved so far. Each halved request holds a bad item: of those found, or the one that is
  /// being searched; one more for a server that doesn't refuse the same twice.
  package var mostSplits: Int { (found + 2) * depth }

  /// Whether a refused request of `itemCount` items may be halved, now or later.
  package func maySplit(itemCount: Int) -> Bool { itemCount > 1 && splits < mostSplits }

  /// Whether halving waits until the server has taken something.
  package func waits(hasAccepted: Bool) -> Bool { !hasAccepted && found >= Isolation.refusedAlone }

  /// A refused request was halved.
  package mutating func split() { splits += 1 }

  /// A request of a single item was refused.
  package mutating func foundOne() { found += 1 }
}
