import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct RawBufferTests {
  private static func pool(_ budget: ByteBudget?) -> ObjectPool<RawBuffer> {
    let pool = ObjectPool<RawBuffer>(capacity: 1, factory: { RawBuffer(capacity: 64) }, size: { $0.capacity })
    if let budget { pool.share(budget) }
    return pool
  }

  @Test("a buffer that outlives its work counts once, until the last reference is gone")
  func counted() {
    let budget = ByteBudget(limit: 100)
    let pool = Self.pool(budget)
    var buffer: RawBuffer? = RawBuffer(lending: pool.acquire())
    var slice: BufferSlice? = buffer.map { BufferSlice(buffer: $0, range: 0..<10) }
    #expect(budget.used == 0)
    buffer?.countUntilFreed()
    buffer?.countUntilFreed()
    #expect(budget.used == 64 && budget.reserve == 0)
    buffer = nil
    #expect(budget.used == 64 && slice?.count == 10)
    slice = nil
    // The pool keeps the memory, which is a reserve from then on.
    #expect(budget.used == 64 && budget.reserve == 64 && pool.statistics.available == 1)
    pool.trim()
    #expect(budget.used == 0)
  }

  @Test("a buffer counts nothing and gives nothing back if its pool gets the budget later")
  func budgetLater() {
    let budget = ByteBudget(limit: 1000)
    let pool = Self.pool(nil)
    do {
      let early = RawBuffer(lending: pool.acquire())
      early.countUntilFreed()
      pool.share(budget)
      #expect(budget.take(500))
      _ = early
    }
    pool.trim()
    #expect(budget.used == 500)
  }

  @Test("a buffer without a pool counts nothing")
  func unpooled() {
    let buffer = RawBuffer([1, 2, 3])
    buffer.countUntilFreed()
    #expect(buffer.capacity == 3)
  }
}
