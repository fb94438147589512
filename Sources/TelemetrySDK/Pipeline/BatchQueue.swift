internal import TelemetryCore

/// The queued items as finished bytes, in batches: the last one is open and takes the next items, and a full one is the memory
/// from which its request is sent. Memory is allocated as the queue fills.
@safe
struct BatchQueue: ~Copyable {
  // The members that each item needs stand together, in few cache lines (ARCHITECTURE P4).
  /// The queued items, as ledgers count them.
  private(set) var count = 0
  private(set) var bytes = 0

  // The open batch. SAFETY: `cursor` points behind the last item in the block of `capacity` bytes at `base`, which `block` owns;
  // `room` bytes, or fewer, are free behind it. Without a block all counts are 0.
  private var cursor: UnsafeMutableRawPointer
  private var room = 0
  /// The number of items that the open batch still takes.
  private var itemsLeft = 0
  /// The resource and the scope of the open batch's last run, which holds both.
  private var lastResource: ObjectIdentifier?
  private var lastScope: ObjectIdentifier?
  private var base: UnsafeMutableRawPointer
  private var capacity = 0
  private var start = 0
  private var runs: ArraySlice<EncodedBatch.Run> = []
  private var block: PooledObject<RawBuffer>?

  private var closed = Fifo<EncodedBatch>()
  private var closedCount = 0
  /// The room in front of the items, for the headers of a request with a resource of ordinary size, and behind them, for its schema
  /// URLs. Small batches aren't worth as much memory (ARCHITECTURE P3); their requests are copied instead.
  private let headroom: Int
  private let tailroom: Int
  /// The size of the first block; 0 for small batches.
  private let minCapacity: Int
  private let maxItems: Int
  private let maxBytes: Int
  /// Elements are metrics, each of which counts with its data points; else each counts as one item.
  private let countsDataPoints: Bool
  private let blocks: ObjectPool<RawBuffer>
  /// The bytes of the last full batch: the next one will probably need as much.
  private var expectedBytes: Int

  /// - Parameters:
  ///   - maxItems: The maximum number of items in a batch.
  ///   - maxBytes: The maximum number of bytes in a batch; a larger item has a batch of its own.
  ///   - pooledBlocks: The maximum number of unused blocks that are kept.
  ///   - expectedBytes: The probable size of the first batch.
  ///   - countsDataPoints: True for metrics.
  init(
    maxItems: Int, maxBytes: Int, pooledBlocks: Int = 2, expectedBytes: Int = 0, countsDataPoints: Bool = false
  ) {
    self.expectedBytes = expectedBytes
    self.countsDataPoints = countsDataPoints
    self.maxItems = maxItems
    self.maxBytes = maxBytes
    let isSmall = maxItems < 128 || maxBytes < 64 << 10
    (headroom, tailroom, minCapacity) = isSmall ? (0, 0, 0) : (4096, 256, 16 << 10)
    blocks = ObjectPool(
      capacity: pooledBlocks, factory: { RawBuffer(capacity: 0) }, reset: { (1...2 << 20).contains($0.capacity) },
      size: { $0.capacity })
    unsafe base = UnsafeMutableRawPointer(bitPattern: 16).unsafelyUnwrapped
    unsafe cursor = base
  }

  /// Counts the unused blocks in `budget`.
  func share(_ budget: ByteBudget) { blocks.share(budget) }

  /// Frees the unused blocks.
  func trim() { blocks.trim() }

  /// The number of items in the first batch.
  var firstCount: Int { closed.first?.itemCount ?? count }

  /// The number of items that the open batch still takes; a whole batch if there is none.
  var itemRoom: Int { end > start && itemsLeft > 0 ? itemsLeft : maxItems }

  private var openCount: Int { count - closedCount }
  /// The end of the open batch's items in its block.
  private var end: Int { unsafe cursor - base }
  private var freeBytes: Int { capacity - tailroom - end }
}

// MARK: Adding

extension BatchQueue {
  /// Adds an item, which is a field of its scope.
  /// - Parameter count: What ledgers count of the item.
  @unsafe
  @inline(__always)
  mutating func append(
    _ item: UnsafeRawBufferPointer, _ resource: Resource, _ scope: InstrumentationScope, count added: Int = 1
  ) {
    if item.count > room || itemsLeft < added || lastScope != ObjectIdentifier(scope.storage)
      || lastResource != ObjectIdentifier(resource.storage)
    {
      prepare(item.count, added, resource, scope)
    }
    unsafe cursor.copyMemory(from: item.baseAddress.unsafelyUnwrapped, byteCount: item.count)
    unsafe cursor += item.count
    room &-= item.count
    itemsLeft &-= added
    count &+= added
    bytes &+= item.count
  }

  /// Opens a batch, makes room in it, and begins a run, as far as the item needs it.
  @inline(never)
  private mutating func prepare(
    _ size: Int, _ added: Int, _ resource: Resource, _ scope: InstrumentationScope
  ) {
    if end > start, itemsLeft < added || size > maxBytes - (end - start) {
      expectedBytes = end - start
      close()
    }
    if end == start { (runs, lastResource, lastScope) = ([], nil, nil) }  // the items of the runs have been removed
    if block == nil { open(size) }
    if size > freeBytes { makeRoom(size) }
    room = min(freeBytes, maxBytes - (end - start))
    if lastScope != ObjectIdentifier(scope.storage) || lastResource != ObjectIdentifier(resource.storage) {
      endRun()
      runs.append(EncodedBatch.Run(resource, scope))
      lastScope = ObjectIdentifier(scope.storage)
      lastResource = ObjectIdentifier(resource.storage)
    }
  }

  private mutating func open(_ size: Int) {
    var taken = blocks.acquire()
    // Batches of items of random sizes differ a little; each that is larger than expected would be copied to twice the memory.
    let needed = headroom + max(size, expectedBytes + expectedBytes / 8) + tailroom
    if taken.value.capacity < needed { taken.value = RawBuffer(capacity: max(needed, minCapacity)) }
    unsafe base = taken.value.base
    capacity = taken.value.capacity
    block = consume taken
    start = headroom
    unsafe cursor = base + headroom
    itemsLeft = maxItems
  }

  /// Moves the items to the block's front if that makes enough room, since the oldest ones may be gone; else to a larger block.
  private mutating func makeRoom(_ size: Int) {
    guard var taken = block.take() else { return }
    let used = end - start
    let needed = headroom + used + size + tailroom
    let target = needed > capacity / 2 ? RawBuffer(capacity: max(needed, capacity * 2)) : taken.value
    unsafe (target.base + headroom).copyMemory(from: base + start, byteCount: used)
    for index in runs.indices.dropLast() { runs[index].end += headroom - start }
    unsafe base = target.base
    capacity = target.capacity
    taken.value = target  // frees the old block
    block = consume taken
    start = headroom
    unsafe cursor = base + headroom + used
  }

  private mutating func endRun() {
    if let last = runs.indices.last { runs[last].end = end }
  }

  /// Ends the open batch: the next item begins another.
  mutating func endBatch() {
    guard end > start else { return }
    expectedBytes = end - start
    close()
  }

  private mutating func close() {
    guard let loan = block.take() else { return }
    endRun()
    let memory = RawBuffer(lending: loan)
    closed.append(EncodedBatch(memory, start..<end, count: openElements, itemCount: openCount, runs: runs))
    closedCount = count
    unsafe (cursor, start) = (base, 0)
    (runs, room, itemsLeft, lastScope, lastResource) = ([], 0, 0, nil, nil)
  }
}

// MARK: Removing

extension BatchQueue {
  /// Removes the first batch, which is empty if the queue is.
  mutating func removeFirstBatch() -> EncodedBatch {
    if closed.isEmpty {
      // The batch was exported for another reason than its size, and says little; an extraordinary one is forgotten in time.
      expectedBytes = count == maxItems ? bytes : max(bytes, expectedBytes / 2)
      close()
    }
    guard let batch = closed.removeFirst() else { return .empty }
    count -= batch.itemCount
    closedCount -= batch.itemCount
    bytes -= batch.range.count
    return batch
  }

  /// Removes the oldest item. The queue isn't empty.
  /// - Returns: The item's size, what ledgers count of it, and memory to release outside of a lock.
  mutating func removeFirst() -> (size: Int, count: Int, released: EncodedBatch?) {
    precondition(count > 0)
    var released: EncodedBatch?
    let size: Int
    let removed: Int
    if var first = closed.first {
      removed = unsafe itemCount(at: first.memory.base + first.range.lowerBound)
      size = first.removeFirst(itemCount: removed)
      closedCount -= removed
      closed.first = first
      if first.count == 0 { released = closed.removeFirst() }
    } else {
      removed = unsafe itemCount(at: base + start)
      size = unsafe EncodedBatch.size(of: base + start)
      start += size
      itemsLeft += removed
      if runs.count > 1, let first = runs.first, first.end <= start { runs.removeFirst() }
    }
    count -= removed
    bytes -= size
    return (size, removed, released)
  }

  /// The count in ledgers of the item that begins at `start`.
  @unsafe
  private func itemCount(at start: UnsafeRawPointer) -> Int {
    guard countsDataPoints else { return 1 }
    let message = unsafe EncodedBatch.message(at: start)
    return unsafe Metric.dataPointCount(
      of: UnsafeRawBufferPointer(start: start + message.offset, count: message.count))
  }

  /// The number of elements in the open batch.
  private var openElements: Int {
    guard countsDataPoints else { return openCount }
    var (position, elements) = (start, 0)
    while position < end {
      position += unsafe EncodedBatch.size(of: base + position)
      elements += 1
    }
    return elements
  }
}
