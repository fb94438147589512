import OTLPExport
import TelemetryCore
import Testing

@Suite struct ConcurrencyLimitTests {
  private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

  private func limit(_ maximum: Int, cuts: Int) -> ConcurrencyLimit {
    var limit = ConcurrencyLimit(maximum: maximum)
    for index in 0..<cuts { limit.cut(at: start + .seconds(index)) }
    return limit
  }

  @Test func itBeginsAtTheMaximum() {
    #expect(ConcurrencyLimit(maximum: 16).limit == 16)
    #expect(!ConcurrencyLimit(maximum: 16).isReduced)
    #expect(ConcurrencyLimit(maximum: 0).limit == 1)
  }

  @Test(arguments: [(1, 8), (2, 4), (3, 2), (4, 1), (9, 1)]) func itHalves(cuts: Int, expected: Int) {
    #expect(limit(16, cuts: cuts).limit == expected)
  }

  @Test func callsThatFailTogetherCountOnce() {
    var limit = ConcurrencyLimit(maximum: 16)
    for index in 0..<16 { limit.cut(at: start + .milliseconds(index)) }
    #expect(limit.limit == 8)
  }

  @Test func itGrowsByOneForARoundOfQuickAnswers() {
    var limit = limit(16, cuts: 2)
    for expected in 5...16 {
      for _ in 0..<limit.limit + 1 { limit.succeeded(in: .milliseconds(10), open: limit.limit) }
      #expect(limit.limit == expected)
    }
    for _ in 0..<100 { limit.succeeded(in: .milliseconds(10), open: 16) }
    #expect(limit.limit == 16)
  }

  @Test func slowAnswersAndIdleRoomDoNotGrowIt() {
    var slow = limit(16, cuts: 2)
    slow.succeeded(in: .milliseconds(10), open: 1)
    for _ in 0..<4 { slow.succeeded(in: .milliseconds(50), open: 4) }
    #expect(slow.limit == 4)
    var idle = limit(16, cuts: 2)
    for _ in 0..<100 { idle.succeeded(in: .milliseconds(10), open: 3) }
    #expect(idle.limit == 4)
  }

  @Test func aSlowerNetworkBecomesTheUsual() {
    var limit = limit(16, cuts: 4)
    limit.succeeded(in: .milliseconds(10), open: 1)
    for _ in 0..<2000 { limit.succeeded(in: .milliseconds(200), open: limit.limit) }
    #expect(limit.limit == 16)
  }
}
