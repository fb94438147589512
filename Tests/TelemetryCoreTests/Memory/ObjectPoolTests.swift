import Synchronization
import TestThreads
import Testing

@testable import TelemetryCore

@Suite(.ownThreads) struct ObjectPoolTests {
  @Test func aPoolKeepsUpToItsCapacity() {
    let made = Mutex(0)
    let pool = ObjectPool<[Int]>(capacity: 2) {
      made.withLock { $0 += 1 }
      return []
    } reset: { value in
      let usable = value.count < 3
      value.removeAll(keepingCapacity: true)
      return usable
    }
    do {
      var first = pool.acquire()
      let second = pool.acquire()
      let third = pool.acquire()
      first.value.append(1)
      #expect(second.value.isEmpty && third.value.isEmpty)
      #expect(pool.statistics.misses == 3 && pool.statistics.available == 0)
    }
    #expect(pool.statistics == .init(available: 2, capacity: 2, hits: 0, misses: 3, discarded: 1))
    do {
      var object = pool.acquire()
      #expect(object.value.isEmpty)
      object.value = [1, 2, 3]
    }
    #expect(pool.statistics == .init(available: 1, capacity: 2, hits: 1, misses: 3, discarded: 2))
    #expect(pool.acquire().take() == [])
    #expect(pool.statistics.available == 0)
    do { _ = pool.acquire() }
    pool.trim()
    #expect(pool.statistics.available == 0 && made.withLock { $0 } == 4)
  }

  @Test("the objects of a pool are a reserve that the budget can release") func reserves() {
    let budget = ByteBudget(limit: 100)
    let pool = ObjectPool<[UInt8]>(capacity: 4, factory: { [] }, size: { $0.count })
    pool.share(budget)
    pool.share(ByteBudget(limit: 1))  // only the first call has an effect
    func use(_ count: Int) {
      var object = pool.acquire()
      object.value = [UInt8](repeating: 0, count: count)
    }
    use(60)
    #expect(budget.used == 60 && budget.reserve == 60)
    do {
      // An object in use is no reserve.
      let object = pool.acquire()
      #expect(object.value.count == 60 && budget.used == 0 && budget.reserve == 0)
      #expect(budget.take(50))
    }
    // The budget has no room for 60 bytes now, so the pool drops the object.
    #expect(budget.used == 50 && budget.reserve == 0 && pool.statistics.available == 0)
    use(40)
    #expect(budget.used == 90 && !budget.take(20))
    #expect(budget.takeReclaiming(20) && budget.used == 70 && pool.statistics.available == 0)
    #expect(!budget.takeReclaiming(31) && budget.takeReclaiming(30) && budget.used == 100)
    budget.give(100)
    use(40)
    #expect(!budget.takeReclaiming(101) && budget.reserve == 40)  // more than the limit: no reserve is released
    pool.trim(keeping: 1)
    #expect(budget.reserve == 40)
    pool.trim()
    #expect(budget.used == 0 && budget.reserve == 0)
  }

  @Test func aDestroyedPoolGivesItsReserveBack() {
    let budget = ByteBudget(limit: 100)
    do {
      let pool = ObjectPool<Int>(capacity: 4, factory: { 0 }, size: { _ in 30 })
      pool.share(budget)
      do { _ = (pool.acquire().value, pool.acquire().value) }
      #expect(budget.reserve > 0)
    }
    #expect(budget.used == 0)
    #expect(budget.takeReclaiming(100))
  }

  @Test func aPoolTakesAnyCapacity() {
    for value in Extremes.integers {
      let budget = ByteBudget(limit: value)
      let pool = ObjectPool<Int>(capacity: value, factory: { value }, size: { $0 })
      pool.share(budget)
      do { _ = (pool.acquire().value, pool.acquire().value) }
      pool.trim(keeping: value)
      pool.trim()
      #expect(pool.statistics.available == 0 && budget.used == 0)
    }
  }
}
