/// A thread that waits for room for its item.
final class BlockedProducer<Item: Sendable>: Sendable {
  let turn = BlockingSemaphore()
  let size: Int
  // SAFETY: touched under the processor's lock only, and by the producer once it has left the line.
  nonisolated(unsafe) var item: Item?

  init(_ item: consuming Item, size: Int) {
    unsafe self.item = consume item
    self.size = size
  }
}

/// The threads that wait for room, in the order in which they came. Room is handed to the first: whoever wakes it has
/// queued its item already, so nobody overtakes it.
struct BlockedProducers<Item: Sendable> {
  private var line: [BlockedProducer<Item>] = []

  var isEmpty: Bool { line.isEmpty }
  var first: BlockedProducer<Item>? { line.first }

  mutating func append(_ producer: BlockedProducer<Item>) { line.append(producer) }

  mutating func removeFirst() -> BlockedProducer<Item> { line.removeFirst() }

  mutating func removeAll() -> [BlockedProducer<Item>] {
    defer { line = [] }
    return line
  }

  /// Takes a producer out that won't wait longer; false if it isn't waiting any more.
  mutating func remove(_ producer: BlockedProducer<Item>) -> Bool {
    guard let index = line.firstIndex(where: { $0 === producer }) else { return false }
    line.remove(at: index)
    return true
  }
}
