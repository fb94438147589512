import Synchronization
import TestThreads
import Testing

@testable import TelemetryCore

@Suite(.ownThreads) struct ValueTests {
  @Test func instantsSaturate() {
    let late = MonotonicInstant(nanoseconds: .max - 10)
    let early = MonotonicInstant(nanoseconds: .min + 10)
    #expect((late + .seconds(1)).nanoseconds == .max && (early + .seconds(-1)).nanoseconds == .min)
    #expect(late - early == .nanoseconds(Int64.max) && early - late == .nanoseconds(Int64.min))
    #expect(Duration.seconds(Int64.max).clampedNanoseconds == .max)
    #expect(Duration.seconds(Int64.min).clampedNanoseconds == .min)
    #expect(Duration.milliseconds(-1).clampedNanoseconds == -1_000_000)
  }

  @Test func deadlines() {
    let now = MonotonicInstant(nanoseconds: 1000)
    let deadline = Deadline(now + .nanoseconds(5))
    #expect(deadline.remaining(at: now) == .nanoseconds(5) && !deadline.hasPassed(at: now))
    #expect(deadline.hasPassed(at: now + .nanoseconds(5)) && deadline.remaining(at: now + .seconds(1)) == .zero)
    #expect(Deadline.never.isNever && !Deadline.never.hasPassed && deadline < .never)
    #expect(Deadline(.init(nanoseconds: .max - 1) + .seconds(1)).isNever)
    #expect(Deadline.never.remaining(at: now) == .nanoseconds(Int64.max))
  }

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

  @Test func reservesGiveWay() {
    let budget = ByteBudget(limit: 100)
    let pool = ObjectPool<[UInt8]>(capacity: 4, factory: { [] }, size: { $0.count })
    pool.share(budget)
    pool.share(ByteBudget(limit: 1))  // the first counts
    func use(_ count: Int) {
      var object = pool.acquire()
      object.value = [UInt8](repeating: 0, count: count)
    }
    use(60)
    #expect(budget.used == 60 && budget.reserve == 60)
    do {
      // In use it is no reserve.
      let object = pool.acquire()
      #expect(object.value.count == 60 && budget.used == 0 && budget.reserve == 0)
      #expect(budget.take(50))
    }
    // There is no room for 60 now, so it isn't kept.
    #expect(budget.used == 50 && budget.reserve == 0 && pool.statistics.available == 0)
    use(40)
    #expect(budget.used == 90 && !budget.take(20))
    #expect(budget.takeReclaiming(20) && budget.used == 70 && pool.statistics.available == 0)
    #expect(!budget.takeReclaiming(31) && budget.takeReclaiming(30) && budget.used == 100)
    budget.give(100)
    use(40)
    #expect(!budget.takeReclaiming(101) && budget.reserve == 40)  // in vain: nothing is let go of
    pool.trim(keeping: 1)
    #expect(budget.reserve == 40)
    pool.trim()
    #expect(budget.used == 0 && budget.reserve == 0)
  }

  @Test func aPoolThatEndsGivesItsReserveBack() {
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

  @Test("five of a kind a minute, then one a minute with the number left out")
  func limiter() {
    var limiter = DiagnosticLimiter()
    func at(_ second: Int) -> MonotonicInstant { .init(nanoseconds: Int64(second) * 1_000_000_000) }
    var lines: [String] = []
    for second in 0..<180 {
      for _ in 0..<10 { if let suffix = limiter.admit("full", at: at(second)) { lines.append(suffix) } }
    }
    #expect(lines == ["", "", "", "", "", "and 595 more of these", "and 599 more of these"])
    let other = limiter.admit("other", at: at(179))
    #expect(other == "")
    for number in 0..<1000 { _ = limiter.admit("message \(number)", at: at(179)) }  // bounded
  }

  @Test func textFromElsewhereIsOnePrintableLine() {
    #expect("a\nb\u{1B}[0m\u{202E}c\u{85}".sanitized() == "a b [0m c ")
    #expect(String(repeating: "x", count: 50).sanitized(limit: 10) == "xxxxxxxxxx…")
    #expect(SystemError(call: "connect", code: 111).description.hasPrefix("connect: "))
  }

  @Test func levelsBelowTheMinimumAreNotEvenBuilt() {
    let counter = Count()
    let diagnostics = Diagnostics(minimumLevel: .warning) { _ in counter.add() }
    diagnostics.emit(.info, { fatalError("built") }())
    diagnostics.emit(.error, "x")
    #expect(counter.value == 1)
  }

  private final class Count: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.wrappingAdd(1, ordering: .relaxed) }
  }
}
