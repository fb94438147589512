/// Requests that were answered UNAVAILABLE. A sender tries them again, so that a request is refused several times, and may be taken
/// at last.
package struct Refusals: Sendable {
  /// A request, by its content.
  package struct Key: Hashable, Sendable {
    private let hash: Int
    package let items: Int

    package init(_ content: some Hashable, items: Int) {
      hash = content.hashValue
      self.items = items
    }
  }

  // A sender that goes on for hours doesn't need more memory than this.
  private static let mostKeys = 100_000

  private var open: Set<Key> = []
  private var uncounted = 0
  private var uncountedItems = 0
  /// The items that will never be taken, of requests that were.
  private var rejectedItems = 0
  /// The number of answers UNAVAILABLE.
  package private(set) var tries = 0
  /// True from a refusal to the next request that is taken.
  package private(set) var isOngoing = false

  package init() {}

  /// - Returns: True for the first refusal after a request that was taken.
  package mutating func refused(_ key: Key) -> Bool {
    tries += 1
    if open.count < Self.mostKeys {
      open.insert(key)
    } else if !open.contains(key) {
      uncounted += 1
      uncountedItems += key.items
    }
    defer { isOngoing = true }
    return !isOngoing
  }

  /// - Returns: True for the first request that is taken after a refusal.
  package mutating func taken(_ key: @autoclosure () -> Key) -> Bool {
    if !open.isEmpty { open.remove(key()) }
    defer { isOngoing = false }
    return isOngoing
  }

  /// Some items of a request that was taken will never be.
  /// - Returns: True for the first request of this kind.
  package mutating func rejected(_ items: Int) -> Bool {
    defer { rejectedItems += items }
    return rejectedItems == 0
  }

  /// The requests that were never taken.
  package var requests: Int { open.count + uncounted }

  /// The items of the requests that were never taken.
  package var items: Int { open.reduce(uncountedItems) { $0 + $1.items } }

  /// `10 items were refused (1 request in 3 tries), 1 item was rejected`; nil if all were taken at last.
  package var text: String? {
    var parts: [String] = []
    if requests > 0 {
      let tries = tries == 1 ? "1 try" : "\(tries) tries"
      parts.append("\(Self.text(items)) refused (\(counted(requests, "request")), \(tries))")
    }
    if rejectedItems > 0 { parts.append("\(Self.text(rejectedItems)) rejected") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private static func text(_ items: Int) -> String { items == 1 ? "1 item was" : "\(items) items were" }
}
