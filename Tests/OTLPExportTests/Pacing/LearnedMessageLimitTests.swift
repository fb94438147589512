import OTLPExport
import TelemetryCore
import TestThreads
import Testing

private let kib = 1024

@Suite(.ownThreads) struct LearnedMessageLimitTests {
  private let limit = Box()
  private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

  @Test func withoutALimitEveryMessageIsSentWhole() {
    #expect(limit.limit(for: .max, at: start) == nil)
    limit.accepted(.max)
    #expect(limit.value.bytes == nil)
  }

  @Test func aLargerMessageIsSplit() {
    #expect(limit.learn(1000 * kib, at: start))
    #expect(!limit.learn(1000 * kib, at: start))
    #expect(limit.limit(for: 1000 * kib, at: start) == nil)
    #expect(limit.limit(for: 1001 * kib, at: start) == 1000 * kib)
    limit.accepted(1000 * kib)
    #expect(limit.limit(for: 1001 * kib, at: start) == 1000 * kib)
    #expect(limit.learn(500 * kib, at: start))
    #expect(limit.limit(for: 501 * kib, at: start) == 500 * kib)
  }

  @Test func afterTheLifetimeOneLargerMessageIsTried() {
    _ = limit.learn(1000 * kib, at: start)
    var now = start + LearnedMessageLimit.lifetime
    #expect(limit.limit(for: 2000 * kib, at: now + .nanoseconds(-1)) == 1000 * kib)
    #expect(limit.limit(for: 999 * kib, at: now) == nil)  // no trial
    #expect(limit.limit(for: 2000 * kib, at: now) == nil)
    #expect(limit.limit(for: 2000 * kib, at: now) == 1000 * kib)  // a single trial at a time
    // The trial had no result: the next trial follows after a while.
    now = now + LearnedMessageLimit.trialTime
    #expect(limit.limit(for: 2000 * kib, at: now) == nil)
    // The larger message is refused.
    #expect(!limit.learn(1000 * kib, at: now))
    #expect(limit.limit(for: 2000 * kib, at: now + LearnedMessageLimit.trialTime) == 1000 * kib)
    // The next is taken.
    now = now + LearnedMessageLimit.lifetime
    #expect(limit.limit(for: 2000 * kib, at: now) == nil)
    limit.accepted(2000 * kib)
    #expect(limit.limit(for: 1 << 30, at: now) == nil)
  }

  @Test func aLimitHasAMinimumAndIsLearnedFromARefusedMessage() {
    #expect(!limit.learn(1, refused: LearnedMessageLimit.least, at: start))  // a small message teaches nothing
    #expect(!limit.learn(5000 * kib, refused: 4000 * kib, at: start))  // a limit above the message
    #expect(limit.value.bytes == nil)
    #expect(limit.learn(1, refused: 5000 * kib, at: start))
    #expect(limit.value.bytes == LearnedMessageLimit.least)
    let limits = LearnedMessageLimits()
    #expect(!limits.learn(1, refused: 5000, of: "server", at: start) && limits.isEmpty)
  }

  @Test func aFalseLimitCausesNoFloodOfRequests() {
    for size in [2, 100, 5000, 60 * kib, 1 << 20, 64 << 20] {
      let pieces = LearnedMessageLimit.partSize(limit: 1, of: size)
      #expect(pieces >= 1 && pieces <= LearnedMessageLimit.least)
      #expect(size / pieces <= max(9, size / LearnedMessageLimit.least))
    }
    #expect(LearnedMessageLimit.partSize(limit: 4 << 20, of: 5 << 20) == 4 << 20)
    #expect(LearnedMessageLimit.partSize(limit: 20_000, of: 60_000) == 20_000)
  }

  @Test func limitsAreKeptByEndpointUpToABound() {
    let limits = LearnedMessageLimits()
    #expect(limits.isEmpty)
    for number in 0..<1000 { #expect(limits.learn(1000 * kib, refused: 1 << 30, of: "server \(number)", at: start)) }
    #expect(!limits.isEmpty)
    #expect(limits.limit(for: 2000 * kib, to: "server 999", at: start) == 1000 * kib)
    #expect(limits.limit(for: 2000 * kib, to: "another", at: start) == nil)
    limits.accepted(3000 * kib, by: "another")
    #expect(limits.limit(for: 2000 * kib, to: "server 999", at: start) == 1000 * kib)
    limits.accepted(3000 * kib, by: "server 999")
    #expect(limits.limit(for: 2000 * kib, to: "server 999", at: start) == nil)
  }
}

/// `#expect` takes no mutating calls.
private final class Box {
  var value = LearnedMessageLimit()

  func limit(for count: Int, at now: MonotonicInstant) -> Int? { value.limit(for: count, at: now) }
  func learn(_ bytes: Int, refused: Int = 1 << 30, at now: MonotonicInstant) -> Bool {
    value.learn(bytes, refused: refused, at: now)
  }
  func accepted(_ count: Int) { value.accepted(count) }
}
