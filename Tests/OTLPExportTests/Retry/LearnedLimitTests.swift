import OTLPExport
import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct LearnedLimitTests {
  private let limit = Box()
  private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

  @Test func whereNothingIsKnownEverythingGoes() {
    #expect(limit.limit(for: .max, at: start) == nil)
    limit.accepted(.max)
    #expect(limit.value.bytes == nil)
  }

  @Test func whatIsLargerIsSplit() {
    #expect(limit.learn(1000, at: start))
    #expect(!limit.learn(1000, at: start))
    #expect(limit.limit(for: 1000, at: start) == nil)
    #expect(limit.limit(for: 1001, at: start) == 1000)
    limit.accepted(1000)
    #expect(limit.limit(for: 1001, at: start) == 1000)
    #expect(limit.learn(500, at: start))
    #expect(limit.limit(for: 501, at: start) == 500)
  }

  @Test func afterItsTimeOneIsTried() {
    _ = limit.learn(1000, at: start)
    var now = start + LearnedLimit.lifetime
    #expect(limit.limit(for: 2000, at: now + .nanoseconds(-1)) == 1000)
    #expect(limit.limit(for: 999, at: now) == nil)  // no trial
    #expect(limit.limit(for: 2000, at: now) == nil)
    #expect(limit.limit(for: 2000, at: now) == 1000)  // one is enough
    // Nothing came of it: the next after a while.
    now = now + LearnedLimit.trialTime
    #expect(limit.limit(for: 2000, at: now) == nil)
    // It is refused.
    #expect(!limit.learn(1000, at: now))
    #expect(limit.limit(for: 2000, at: now + LearnedLimit.trialTime) == 1000)
    // The next is taken.
    now = now + LearnedLimit.lifetime
    #expect(limit.limit(for: 2000, at: now) == nil)
    limit.accepted(2000)
    #expect(limit.limit(for: 1 << 30, at: now) == nil)
  }

  @Test func itIsKeptByEndpointWithABound() {
    let limits = MessageLimits()
    #expect(limits.isEmpty)
    for number in 0..<1000 { #expect(limits.learn(1000, of: "server \(number)", at: start)) }
    #expect(!limits.isEmpty)
    #expect(limits.limit(for: 2000, to: "server 999", at: start) == 1000)
    #expect(limits.limit(for: 2000, to: "another", at: start) == nil)
    limits.accepted(3000, by: "another")
    #expect(limits.limit(for: 2000, to: "server 999", at: start) == 1000)
    limits.accepted(3000, by: "server 999")
    #expect(limits.limit(for: 2000, to: "server 999", at: start) == nil)
  }
}

/// `#expect` takes no mutating calls.
private final class Box {
  var value = LearnedLimit()

  func limit(for count: Int, at now: MonotonicInstant) -> Int? { value.limit(for: count, at: now) }
  func learn(_ bytes: Int, at now: MonotonicInstant) -> Bool { value.learn(bytes, at: now) }
  func accepted(_ count: Int) { value.accepted(count) }
}
