import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct RawBufferTests {
  @Test("a pool's buffer knows the budget of the pool, also one that the pool gets later")
  func budget() {
    let pool = ObjectPool<RawBuffer>(capacity: 1, factory: { RawBuffer(capacity: 64) }, size: { $0.capacity })
    let buffer = RawBuffer(lending: pool.acquire())
    #expect(buffer.budget == nil && RawBuffer([1, 2, 3]).budget == nil)
    let budget = ByteBudget(limit: 100)
    pool.share(budget)
    #expect(buffer.budget === budget && budget.used == 0)
  }
}
