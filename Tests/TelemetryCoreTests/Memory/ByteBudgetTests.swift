import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct ByteBudgetTests {
  @Test func aBudgetIsNeverExceeded() async throws {
    let budget = ByteBudget(limit: 100)
    #expect(budget.take(60) && !budget.take(41) && budget.take(40) && !budget.take(1) && budget.take(0))
    #expect(budget.available == 0 && budget.used == 100)
    budget.give(100)
    let finished = BlockingSemaphore()
    for _ in 0..<4 {
      try ThreadSystem.start(name: "taker", stackSize: 1 << 18) {
        for size in 0..<5000 where budget.take(size % 60) {
          #expect(budget.used <= 100)
          budget.give(size % 60)
        }
        finished.signal()
      }
    }
    let ended = await TelemetryRuntime.shared.block {
      (0..<4).allSatisfy { _ in finished.wait(until: .after(.seconds(60))) }
    }
    #expect(ended && budget.used == 0)
  }

  @Test func aBudgetTakesAnyLimitAndAnyCount() {
    for value in Extremes.integers {
      let budget = ByteBudget(limit: value)
      #expect(budget.limit >= 0 && budget.available == budget.limit)
      for count in Extremes.integers where budget.take(count) {
        #expect(budget.used == max(0, count))
        budget.give(count)
      }
      for count in Extremes.integers where budget.takeReserve(count) {
        #expect(budget.reserve == max(0, count))
        budget.giveReserve(count)
      }
      for count in Extremes.integers where budget.takeReclaiming(count) { budget.give(count) }
      #expect(budget.used == 0 && budget.reserve == 0)
      // Gives back more than was taken.
      for count in Extremes.integers {
        budget.give(count)
        budget.giveReserve(count)
        #expect(budget.used == 0 && budget.reserve == 0 && budget.available == budget.limit)
      }
    }
  }

  @Test("bytes beyond the limit leave less than no room, and their return is reported")
  func exceeding() {
    let budget = ByteBudget(limit: 100)
    let reported = Locked(0)
    budget.observeRoom { [weak budget] in
      let used = budget?.used ?? 0
      reported.withLock { $0 += used + 1 }
    }
    #expect(budget.take(60))
    budget.takeExceeding(70)
    #expect(budget.used == 130 && budget.available == -30 && !budget.take(1))
    budget.give(30)
    #expect(budget.available == 0 && reported.withLock { $0 } == 0)
    budget.giveExceeding(70)
    // The bytes were free when the observer was called.
    #expect(budget.used == 30 && reported.withLock { $0 } == 31)
  }
}
