import Glibc
import TelemetryCore
import TestThreads
import Testing

@testable import TelemetrySDK

/// The queue against a model: an array of items and the batches that they should be in.
@Suite(.ownThreads) struct BatchQueueTests {
  private struct Item: Equatable {
    var number: Int
    var size: Int
    var resource: Int
    var scope: Int

    var thing: Thing { Thing(number: number, size: size) }
  }

  private struct Model {
    var batches: [[Item]] = []
    /// True if the last batch takes no more items.
    var isClosed = true
    let maxItems: Int
    let maxBytes: Int

    var items: [Item] { batches.flatMap { $0 } }

    mutating func append(_ item: Item) {
      let open = isClosed ? [] : batches.last ?? []
      // Items that were removed from the open batch make room in it.
      if isClosed
        || !open.isEmpty
          && (open.count == maxItems || open.reduce(0) { $0 + $1.size } + item.size > maxBytes)
      {
        batches.append([])
        isClosed = false
      }
      batches[batches.count - 1].append(item)
    }

    mutating func removeFirstBatch() -> [Item] {
      if batches.count == 1 { isClosed = true }
      return batches.removeFirst()
    }

    mutating func removeFirst() -> Int {
      let item = batches[0].removeFirst()
      if batches[0].isEmpty, batches.count > 1 { batches.removeFirst() }
      return item.size
    }
  }

  private static let resources = (0..<3).map { Resource(["number": .int(Int64($0))]) }
  private static let scopes = (0..<3).map { InstrumentationScope(name: "scope \($0)") }

  private static func append(_ item: Item, to queue: inout BatchQueue) {
    item.thing.withField { queue.append($0!, resources[item.resource], scopes[item.scope]) }
  }

  private static func read(_ batch: EncodedBatch) -> [Item] {
    var items: [Item] = []
    for (number, run) in batch.runs.enumerated() {
      let range = batch.range(ofRun: number)
      #expect(!range.isEmpty)
      let part = EncodedBatch(batch.memory, range, count: .max, itemCount: .max, runs: [run])
      var position = Batch<Thing>(part).startIndex
      var start = range.lowerBound
      while start < range.upperBound {
        let thing = Batch<Thing>(part)[position]
        items.append(
          Item(
            number: thing.number, size: thing.size,
            resource: resources.firstIndex { $0.storage === run.resource.storage }!,
            scope: scopes.firstIndex { $0.storage === run.scope.storage }!))
        start += thing.size
        if start < range.upperBound { position = Batch<Thing>(part).index(after: position) }
      }
    }
    return items
  }

  @Test("batches have the items in order, whatever is added and removed", arguments: 0..<60 as Range<UInt64>)
  func model(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let (maxItems, maxBytes) = (
      [1, 2, 15, 16, 100, .max][random.next(6)], [1, 500, 5000, 100_000, .max][random.next(5)]
    )
    var queue = BatchQueue(maxItems: maxItems, maxBytes: maxBytes)
    var model = Model(maxItems: maxItems, maxBytes: maxBytes)
    let sizes = [10, 11, 100, 129, 131, 1000, 5000, 20_000]
    let removals = [2, 10, 40][random.next(3)]
    for number in 0..<1500 {
      switch random.next(100) {
      case 0..<removals where !model.items.isEmpty:
        let removed = queue.removeFirst()
        #expect(removed.size == model.removeFirst())
        #expect(removed.released.map(\.count) ?? 0 == 0)
      case 40..<43 where !model.items.isEmpty:
        #expect(queue.firstCount == model.batches[0].count)
        let batch = queue.removeFirstBatch()
        let expected = model.removeFirstBatch()
        #expect(batch.count == expected.count && Self.read(batch) == expected)
      default:
        let item = Item(
          number: number, size: sizes[random.next(8)], resource: random.next(20) / 18, scope: random.next(20) / 17)
        Self.append(item, to: &queue)
        model.append(item)
      }
      #expect(queue.count == model.items.count)
      #expect(queue.bytes == model.items.reduce(0) { $0 + $1.size })
    }
    while queue.count > 0 { #expect(Self.read(queue.removeFirstBatch()) == model.removeFirstBatch()) }
    #expect(queue.bytes == 0)
  }

  @Test("a queue whose oldest items are dropped keeps its memory", arguments: [1, 16, 512])
  func steadyMemory(kept: Int) {
    var queue = BatchQueue(maxItems: 512, maxBytes: 4 << 20)
    let budget = ByteBudget(limit: 1 << 30)
    queue.share(budget)
    for number in 0..<20_000 {
      if queue.count == kept { _ = queue.removeFirst() }
      Self.append(Item(number: number, size: 1000, resource: 0, scope: number / 7 % 2), to: &queue)
    }
    let batch = queue.removeFirstBatch()
    #expect(batch.count == kept)
    #expect(batch.memory.capacity <= 4 * (kept * 1000 + 8192))
    #expect(Self.read(batch).map(\.number) == Array(20_000 - kept..<20_000))
  }

  private struct Shape {
    var maxItems = 512
    var maxBytes = 4 << 20
    var size: Int
  }

  private static let shapes: [Shape] = [
    Shape(size: 700), Shape(size: 20_000), Shape(maxBytes: 1024, size: 300), Shape(maxItems: 128, size: 100),
    Shape(maxItems: 100, size: 100), Shape(maxItems: 16, size: 100), Shape(maxItems: 2, size: 100),
    Shape(maxItems: 1, size: 300),
  ]

  @Test("full batches take little more memory than their items", arguments: shapes.indices)
  func memoryOfFullBatches(index: Int) {
    let shape = Self.shapes[index]
    var random = SeededRandom(seed: 1)
    var queue = BatchQueue(maxItems: shape.maxItems, maxBytes: shape.maxBytes)
    for number in 0..<min(20_000, 60 * shape.maxItems) {
      let size = shape.size / 2 + random.next(shape.size)
      Self.append(Item(number: number, size: size, resource: 0, scope: number % 2), to: &queue)
    }
    var (bytes, memory) = (0, 0)
    for number in 0..<40 {
      let batch = queue.removeFirstBatch()
      if number >= 4 { (bytes, memory) = (bytes + batch.range.count, memory + batch.memory.capacity) }
    }
    #expect(memory <= bytes * 7 / 4, "\(memory) for \(bytes)")
    if bytes > 36 * 64 << 10 { #expect(memory <= bytes * 5 / 4, "\(memory) for \(bytes)") }
  }

  @Test("after one large batch, blocks soon have a size again that the pool keeps")
  func oneLargeBatch() {
    var queue = BatchQueue(maxItems: 512, maxBytes: 4 << 20)
    Self.append(Item(number: 0, size: 32 << 20, resource: 0, scope: 0), to: &queue)
    Self.append(Item(number: 1, size: 100, resource: 0, scope: 0), to: &queue)
    #expect(queue.removeFirstBatch().count == 1)
    var capacity = 0
    for _ in 0..<20 {
      capacity = queue.removeFirstBatch().memory.capacity
      Self.append(Item(number: 1, size: 100, resource: 0, scope: 0), to: &queue)
    }
    #expect(capacity <= 2 << 20)
  }

  @Test("dropping the oldest item takes the same time whatever the number of runs", arguments: [false, true])
  func runsOfSingleItems(isClosed: Bool) {
    // With drops that visit each run, eight times the items would take 64 times the time.
    let times = [10_000, 80_000].map { timeOfDrops($0, isClosed: isClosed) }
    #expect(times[1] < times[0] * 30, "\(times)")
  }

  /// The thread's own time, which a busy machine hardly changes.
  private func timeOfDrops(_ count: Int, isClosed: Bool) -> Duration {
    let start = Self.threadTime
    var queue = BatchQueue(maxItems: count, maxBytes: .max)
    func append(_ number: Int) {
      Self.append(Item(number: number, size: 20, resource: 0, scope: number % 2), to: &queue)
    }
    for number in 0..<count + (isClosed ? 1 : 0) { append(number) }
    var dropped = 0
    while dropped < count - 3 {
      dropped += queue.removeFirst().size / 20
      if !isClosed { append(count + dropped - 1) }
    }
    let batch = queue.removeFirstBatch()
    #expect(batch.runs.count == batch.count && batch.count == (isClosed ? 3 : count))
    #expect(Batch<Thing>(batch).prefix(3).map(\.number) == [count - 3, count - 2, count - 1])
    return Self.threadTime - start
  }

  private static var threadTime: Duration {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  @Test("a batch's block is used again, counts as a reserve while it isn't, and is freed when the bytes are needed")
  func blocks() {
    var queue = BatchQueue(maxItems: 512, maxBytes: 4 << 20)
    let budget = ByteBudget(limit: 1 << 20)
    queue.share(budget)
    func fill() {
      for number in 0..<512 { Self.append(Item(number: number, size: 700, resource: 0, scope: 0), to: &queue) }
    }
    fill()
    let base = { () -> UnsafeMutableRawPointer in
      let batch = queue.removeFirstBatch()
      #expect(budget.reserve == 0)
      return batch.memory.base
    }()
    #expect(budget.reserve >= 512 * 700 && budget.used == budget.reserve)
    fill()
    #expect(budget.reserve == 0)
    do {
      let batch = queue.removeFirstBatch()
      #expect(batch.memory.base == base && batch.count == 512)
    }
    #expect(budget.takeReclaiming(1 << 20) && budget.reserve == 0)
  }
}
