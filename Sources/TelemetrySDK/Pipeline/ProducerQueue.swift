/// The producers that wait for room, in the order of their arrival. Room goes to the first producer: the item is queued
/// before the producer's thread is woken, so no other item takes the room.
struct ProducerQueue<Item: Sendable> {
  /// A thread that waits for room for its item.
  final class Producer: Sendable {
    let turn = BlockingSemaphore()
    let size: Int
    // SAFETY: accessed under the processor's lock, and released with the last reference.
    nonisolated(unsafe) var item: Item?

    init(_ item: consuming Item, size: Int) {
      unsafe self.item = consume item
      self.size = size
    }
  }

  private var producers: [Producer] = []

  var isEmpty: Bool { producers.isEmpty }
  var first: Producer? { producers.first }

  mutating func append(_ producer: Producer) { producers.append(producer) }

  mutating func removeFirst() -> Producer { producers.removeFirst() }

  mutating func removeAll() -> [Producer] {
    defer { producers = [] }
    return producers
  }

  /// - Returns: False if the producer isn't waiting any more.
  mutating func remove(_ producer: Producer) -> Bool {
    guard let index = producers.firstIndex(where: { $0 === producer }) else { return false }
    producers.remove(at: index)
    return true
  }
}
