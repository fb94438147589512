import OTLPExport
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct ConcurrencyLimitTests {
  private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

  /// A limit that has grown to the maximum of 16 and was cut `cuts` times.
  private func limit(cuts: Int) -> ConcurrencyLimit {
    var limit = ConcurrencyLimit(maximum: 16)
    while limit.limit < 16 { limit.callSucceeded(in: .milliseconds(10), open: limit.limit, at: start) }
    for index in 0..<cuts { limit.cut(at: start + .seconds(index)) }
    return limit
  }

  @Test(arguments: [(16, 4), (1000, 4), (4, 4), (3, 3), (1, 1), (0, 1)]) func theLimitStartsAtAFewCalls(
    maximum: Int, first: Int
  ) {
    #expect(ConcurrencyLimit(maximum: maximum).limit == first)
  }

  @Test func beforeTheFirstCutEachQuickResponseAddsOneCall() {
    var limit = ConcurrencyLimit(maximum: 16)
    for expected in 5...16 {
      limit.callSucceeded(in: .milliseconds(10), open: limit.limit, at: start)
      #expect(limit.limit == expected)
    }
    limit.callSucceeded(in: .milliseconds(10), open: limit.limit, at: start)
    #expect(limit.limit == 16)
  }

  @Test(arguments: [(1, 8), (2, 4), (3, 2), (4, 1), (9, 1)]) func overloadHalvesTheLimit(cuts: Int, expected: Int) {
    #expect(limit(cuts: cuts).limit == expected)
  }

  @Test func callsThatFailTogetherCountOnce() {
    var limit = limit(cuts: 0)
    for index in 0..<16 { limit.cut(at: start + .milliseconds(index)) }
    #expect(limit.limit == 8)
  }

  @Test func afterACutARoundOfQuickResponsesAddsOneCall() {
    var limit = limit(cuts: 2)
    for expected in 5...16 {
      for _ in 0..<limit.limit + 1 { limit.callSucceeded(in: .milliseconds(10), open: limit.limit, at: start) }
      #expect(limit.limit == expected)
    }
    for _ in 0..<100 { limit.callSucceeded(in: .milliseconds(10), open: 16, at: start) }
    #expect(limit.limit == 16)
  }

  @Test func aServerFailureResetsTheLimitToOne() {
    var limit = limit(cuts: 0)
    limit.collapse()
    #expect(limit.limit == 1)
    // Quickly to half of the limit before, and then slowly.
    for expected in 2...8 {
      limit.callSucceeded(in: .milliseconds(10), open: limit.limit, at: start)
      #expect(limit.limit == expected)
    }
    for _ in 0..<7 { limit.callSucceeded(in: .milliseconds(10), open: 8, at: start) }
    #expect(limit.limit == 8)
    limit.callSucceeded(in: .milliseconds(10), open: 8, at: start)
    limit.callSucceeded(in: .milliseconds(10), open: 8, at: start)
    #expect(limit.limit == 9)
  }

  @Test func slowResponsesAndIdleRoomDoNotRaiseTheLimit() {
    var slow = limit(cuts: 2)
    slow.callSucceeded(in: .milliseconds(10), open: 1, at: start)
    for _ in 0..<4 { slow.callSucceeded(in: .milliseconds(50), open: 4, at: start) }
    #expect(slow.limit == 4)
    var idle = limit(cuts: 2)
    for _ in 0..<100 { idle.callSucceeded(in: .milliseconds(10), open: 3, at: start) }
    #expect(idle.limit == 4)
    var fresh = ConcurrencyLimit(maximum: 16)
    for _ in 0..<100 { fresh.callSucceeded(in: .milliseconds(10), open: 3, at: start) }
    #expect(fresh.limit == 4)
  }

  @Test func aSlowerNetworkBecomesTheUsual() {
    var limit = limit(cuts: 4)
    limit.callSucceeded(in: .milliseconds(10), open: 1, at: start)
    // Answers that take twenty times as long: for some seconds they may be a queue, after some minutes they are not.
    var now = start
    while now - start < .seconds(5) {
      now = now + .milliseconds(200)
      limit.callSucceeded(in: .milliseconds(200), open: limit.limit, at: now)
    }
    #expect(limit.limit == 2)
    while now - start < .seconds(300) {
      now = now + .milliseconds(200)
      limit.callSucceeded(in: .milliseconds(200), open: limit.limit, at: now)
    }
    #expect(limit.limit == 16)
  }
}
