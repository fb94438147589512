/// The producers that wait for room, in the order of their arrival. Room goes to the first producer: the item is queued
/// before the producer's thread is woken, so no other item takes the room.
struct ProducerQueue {
  /// A thread that waits for room for its item.
  final class Producer: Sendable {
    let turn = BlockingSemaphore()
    /// A field of the item's scope.
    let item: [UInt8]
    let resource: Resource
    let scope: InstrumentationScope
    /// The item's count in the ledger.
    let count: Int

    init(_ item: [UInt8], _ resource: Resource, _ scope: InstrumentationScope, count: Int = 1) {
      self.count = count
      self.item = item
      self.resource = resource
      self.scope = scope
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
