import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// 5.10.7, but that what finds no token waits.
@Suite(.ownThreads) struct RetryBudgetTests {
  private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

  /// Attempts that all fail, each as soon as there is a token.
  private func failures(_ budget: inout RetryBudget, from start: MonotonicInstant, for time: Duration) -> Int {
    var now = start
    var count = 0
    while true {
      if let end = budget.wait(at: now) { now = end }
      guard now - start < time else { return count }
      #expect(budget.wait(at: now) == nil)
      budget.take(at: now)
      count += 1
    }
  }

  @Test(arguments: [(1, 20), (16, 20), (100, 100)]) func failuresAreBounded(calls: Int, first: Int) {
    var budget = RetryBudget(calls: calls)
    #expect(failures(&budget, from: start, for: .nanoseconds(1)) == first)
    #expect(failures(&budget, from: start, for: .seconds(60)) == 60 * 5 - 1)
  }

  @Test func timeDoesNotSaveUpMoreThanTheCapacity() {
    var budget = RetryBudget(calls: 16)
    #expect(failures(&budget, from: start, for: .nanoseconds(1)) == 20)
    #expect(failures(&budget, from: start + .seconds(86_400), for: .nanoseconds(1)) == 20)
  }

  @Test func whatShowsNothingCostsNothing() {
    var budget = RetryBudget(calls: 16)
    for _ in 0..<1000 {
      #expect(budget.wait(at: start) == nil)
      budget.take(at: start)
      budget.giveBack(succeeded: false)
    }
  }

  @Test func aSuccessAllowsAFailure() {
    var budget = RetryBudget(calls: 16)
    #expect(failures(&budget, from: start, for: .nanoseconds(1)) == 20)
    // One of two fails, for ever and without time passing.
    var now = budget.wait(at: start) ?? start
    for _ in 0..<100 {
      #expect(budget.wait(at: now) == nil)
      budget.take(at: now)
      budget.giveBack(succeeded: true)
      budget.take(at: now)
      #expect(budget.wait(at: now) == nil)
    }
    // Two of three don't.
    for _ in 0..<30 {
      budget.take(at: now)
      budget.giveBack(succeeded: true)
      budget.take(at: now)
      budget.take(at: now)
    }
    #expect(budget.wait(at: now) == now + RetryBudget.refill)
    now = now + .milliseconds(150)
    #expect(budget.wait(at: now) == now + .milliseconds(50))
  }

  @Test func aClockThatStandsStillOrGoesBackIsNoHarm() {
    var budget = RetryBudget(calls: 1)
    #expect(failures(&budget, from: start, for: .nanoseconds(1)) == 20)
    #expect(budget.wait(at: start + .seconds(-5)) == start + .seconds(-5) + RetryBudget.refill)
  }
}
