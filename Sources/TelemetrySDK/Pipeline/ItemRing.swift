/// A first-in-first-out queue of items with their sizes. Grows and shrinks by chunks, without copying, so unused capacity
/// costs no memory.
///
/// Some empty chunks are kept, so that the steady state doesn't allocate. An empty queue starts again at the beginning of
/// a chunk, so that a processor with few items touches little memory.
@safe
struct ItemRing<Item>: ~Copyable {
  @unsafe
  private struct Chunk {
    let items: UnsafeMutablePointer<Item>
    let sizes: UnsafeMutablePointer<Int>
    var next: UnsafeMutablePointer<Chunk>?
  }

  // SAFETY: the chunks from `head` to `tail` hold `count` initialized items in a row, from `first` in `head` up to `end`
  // in `tail`; all other memory is uninitialized. Chunks in between are full. `spare` links `spareCount` empty chunks.
  private var head: UnsafeMutablePointer<Chunk>
  private var tail: UnsafeMutablePointer<Chunk>
  // The pointers of `tail`, copied for fast additions.
  private var tailItems: UnsafeMutablePointer<Item>
  private var tailSizes: UnsafeMutablePointer<Int>
  private var spare: UnsafeMutablePointer<Chunk>?
  private var spareCount = 0
  private let maxSpares: Int
  private let chunkSize: Int
  private var first = 0
  private var end = 0
  private(set) var count = 0
  private(set) var bytes = 0

  /// - Parameters:
  ///   - capacity: The maximum number of items.
  ///   - kept: The number of items for which memory is kept.
  init(capacity: Int, keeping kept: Int) {
    chunkSize = min(max(1, capacity), 256)
    maxSpares = min(kept, capacity) / chunkSize + 1
    let chunk = unsafe Self.makeChunk(chunkSize)
    unsafe head = chunk
    unsafe tail = chunk
    unsafe tailItems = chunk.pointee.items
    unsafe tailSizes = chunk.pointee.sizes
    unsafe spare = nil
  }

  deinit {
    var chunk: UnsafeMutablePointer<Chunk>? = unsafe head
    var (start, left) = (first, count)
    while let current = unsafe chunk {
      let number = min(left, chunkSize - start)
      unsafe (current.pointee.items + start).deinitialize(count: number)
      left -= number
      start = 0
      unsafe chunk = current.pointee.next
      unsafe Self.free(current)
    }
    var empty = unsafe spare
    while let current = unsafe empty {
      unsafe empty = current.pointee.next
      unsafe Self.free(current)
    }
  }

  /// Allocates a chunk, its sizes and its items in one block of memory, in this order.
  @unsafe
  private static func makeChunk(_ size: Int) -> UnsafeMutablePointer<Chunk> {
    let sizesOffset = unsafe MemoryLayout<Chunk>.stride
    let alignment = unsafe max(MemoryLayout<Item>.alignment, MemoryLayout<Chunk>.alignment)
    let sizesEnd = sizesOffset + size * MemoryLayout<Int>.stride
    let itemsOffset = (sizesEnd + alignment - 1) / alignment * alignment
    let block = UnsafeMutableRawPointer.allocate(
      byteCount: itemsOffset + size * MemoryLayout<Item>.stride, alignment: alignment)
    let chunk = unsafe block.bindMemory(to: Chunk.self, capacity: 1)
    let sizes = unsafe (block + sizesOffset).bindMemory(to: Int.self, capacity: size)
    let items = unsafe (block + itemsOffset).bindMemory(to: Item.self, capacity: size)
    unsafe chunk.initialize(to: Chunk(items: items, sizes: sizes, next: nil))
    return unsafe chunk
  }

  @unsafe
  private static func free(_ chunk: UnsafeMutablePointer<Chunk>) { unsafe UnsafeMutableRawPointer(chunk).deallocate() }

  @inline(__always)
  mutating func append(_ item: consuming Item, bytes size: Int) {
    if end == chunkSize { addChunk() }
    unsafe (tailItems + end).initialize(to: item)
    unsafe tailSizes[end] = size
    end &+= 1
    count &+= 1
    bytes &+= size
  }

  @inline(never)
  private mutating func addChunk() {
    let chunk: UnsafeMutablePointer<Chunk>
    if let kept = unsafe spare {
      unsafe spare = kept.pointee.next
      unsafe kept.pointee.next = nil
      spareCount -= 1
      unsafe chunk = kept
    } else {
      unsafe chunk = Self.makeChunk(chunkSize)
    }
    unsafe tail.pointee.next = chunk
    unsafe tail = chunk
    unsafe tailItems = chunk.pointee.items
    unsafe tailSizes = chunk.pointee.sizes
    end = 0
  }

  /// Removes the oldest item.
  mutating func removeFirst() -> (Item, Int) {
    precondition(count > 0)
    let item = unsafe (head.pointee.items + first).move()
    let size = unsafe head.pointee.sizes[first]
    advance(1, size)
    return (item, size)
  }

  /// Removes up to `number` of the oldest items with at most `maxBytes` together, but at least one item.
  /// - Returns: The items, and the sum of their sizes.
  mutating func removeFirst(_ number: Int, maxBytes: Int = .max) -> ([Item], Int) {
    precondition((0...count).contains(number))
    let (number, size) = measure(number, maxBytes)
    let result = unsafe [Item](unsafeUninitializedCapacity: number) { buffer, initialized in
      guard let target = buffer.baseAddress else { return }
      while initialized < number {
        let part = min(number - initialized, chunkSize - first)
        unsafe (target + initialized).moveInitialize(from: head.pointee.items + first, count: part)
        initialized += part
        advance(part, 0)
      }
    }
    bytes -= size
    return (result, size)
  }

  private func measure(_ number: Int, _ maxBytes: Int) -> (number: Int, size: Int) {
    var (chunk, index, size) = unsafe (head, first, 0)
    for taken in 0..<number {
      if index == chunkSize, let next = unsafe chunk.pointee.next {
        unsafe chunk = next
        index = 0
      }
      let more = unsafe chunk.pointee.sizes[index]
      if taken > 0, more > maxBytes - size { return (taken, size) }
      size += more
      index += 1
    }
    return (number, size)
  }

  /// Advances past `number` removed items of the first chunk.
  private mutating func advance(_ number: Int, _ size: Int) {
    count -= number
    bytes -= size
    first += number
    if count == 0 {
      // All chunks before `tail` are empty; `tail` starts again at its beginning.
      while let next = unsafe head.pointee.next { unsafe dropHead(next) }
      first = 0
      end = 0
    } else if first == chunkSize, let next = unsafe head.pointee.next {
      unsafe dropHead(next)
      first = 0
    }
  }

  @unsafe
  private mutating func dropHead(_ next: UnsafeMutablePointer<Chunk>) {
    let empty = unsafe head
    unsafe head = next
    if spareCount < maxSpares {
      unsafe empty.pointee.next = spare
      unsafe spare = empty
      spareCount += 1
    } else {
      unsafe Self.free(empty)
    }
  }
}
