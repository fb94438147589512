/// A first-in-first-out queue of fixed capacity with each item's size; no operation on a single item allocates.
///
/// The memory is reserved at once, and the system gives pages only when they are first written. An emptied ring begins
/// again at its start, so that a processor with little to do touches little memory.
@safe
struct ItemRing<Item>: ~Copyable {
  // SAFETY: items[(first + i) % capacity] is initialized for i in 0..<count, everything else is not.
  private let items: UnsafeMutablePointer<Item>
  private let sizes: UnsafeMutablePointer<Int>
  private let capacity: Int
  private var first = 0
  private(set) var count = 0
  private(set) var bytes = 0

  init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    unsafe items = .allocate(capacity: capacity)
    unsafe sizes = .allocate(capacity: capacity)
  }

  deinit {
    let head = min(count, capacity - first)
    unsafe (items + first).deinitialize(count: head)
    unsafe items.deinitialize(count: count - head)
    unsafe items.deallocate()
    unsafe sizes.deallocate()
  }

  @inline(__always)
  mutating func append(_ item: consuming Item, bytes size: Int) {
    precondition(count < capacity)
    var index = first &+ count
    if index >= capacity { index &-= capacity }
    unsafe (items + index).initialize(to: item)
    unsafe sizes[index] = size
    count &+= 1
    bytes &+= size
  }

  /// Takes the oldest item with its size.
  mutating func removeFirst() -> (Item, Int) {
    precondition(count > 0)
    let item = unsafe (items + first).move()
    let size = unsafe sizes[first]
    advance(1, size)
    return (item, size)
  }

  /// Takes the `number` oldest items with the sum of their sizes.
  mutating func removeFirst(_ number: Int) -> ([Item], Int) {
    precondition((0...count).contains(number))
    let head = min(number, capacity - first)
    var size = 0
    for offset in 0..<number {
      let index = first + offset
      size += unsafe sizes[index < capacity ? index : index - capacity]
    }
    let result = unsafe [Item](unsafeUninitializedCapacity: number) { buffer, initialized in
      guard let target = buffer.baseAddress else { return }
      unsafe target.moveInitialize(from: items + first, count: head)
      unsafe (target + head).moveInitialize(from: items, count: number - head)
      initialized = number
    }
    advance(number, size)
    return (result, size)
  }

  private mutating func advance(_ number: Int, _ size: Int) {
    count -= number
    bytes -= size
    first += number
    if first >= capacity { first -= capacity }
    if count == 0 { first = 0 }
  }
}
