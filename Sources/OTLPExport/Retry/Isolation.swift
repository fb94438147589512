/// Bounds the search for the items of one batch that a server refuses as invalid. Pure.
///
/// The search halves what was refused, so that one bad item among many costs twice the logarithm of their number. Where
/// the server refuses everything there is nothing to be found, and the search ends soon.
package struct Isolation: Sendable {
  /// How often a batch's requests are halved at most; each time makes two more requests.
  package static let mostSplits = 24
  // Neighbours that are refused one by one, and nothing accepted: it isn't the items that the server dislikes.
  private static let refusedAlone = 2

  /// How often requests were halved.
  package private(set) var splits = 0
  private var alone = 0

  package init() {}

  /// Whether a refused request may be halved.
  /// - Parameter hasAccepted: Whether the server took another part of the batch.
  package func maySplit(itemCount: Int, hasAccepted: Bool) -> Bool {
    itemCount > 1 && splits < Isolation.mostSplits && (hasAccepted || alone < Isolation.refusedAlone)
  }

  /// A refused request was halved.
  package mutating func split() { splits += 1 }

  /// A request of a single item was refused.
  package mutating func foundOne() { alone += 1 }
}
