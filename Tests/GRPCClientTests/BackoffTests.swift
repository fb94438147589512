import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private func at(_ seconds: Double) -> MonotonicInstant { .init(nanoseconds: Int64(seconds * 1e9)) }

@Suite(.ownThreads) struct BackoffTests {
  @Test("5.9.1, 5.9.2: 1 s, times 1.6, up to 120 s, between starts, ±20 %")
  func grows() {
    for seed in 0..<200 as Range<UInt64> {
      var backoff = Backoff(BackoffConfiguration(seed: seed))
      var expected = 1.0
      for _ in 0..<20 {
        _ = backoff.attemptStarts(at: at(1_000))
        let pause = Double((backoff.notBefore - at(1_000)).clampedNanoseconds) / 1e9
        #expect(pause >= expected * 0.8 - 1e-6 && pause <= expected * 1.2 + 1e-6)
        expected = min(expected * 1.6, 120)
      }
    }
  }

  @Test("5.9.2: an attempt gets 20 s, and the whole pause if that is longer")
  func attemptDeadline() {
    var backoff = Backoff(BackoffConfiguration(seed: 1))
    #expect(backoff.attemptStarts(at: at(10)) == Deadline(at(30)))
    for _ in 0..<20 { _ = backoff.attemptStarts(at: at(10)) }
    #expect(backoff.attemptStarts(at: at(10)) == Deadline(backoff.notBefore))
  }

  @Test("5.9.3: the pauses start anew after a connection; after a loss the first attempt lies within 1 s")
  func startsAnew() {
    var pauses: Set<Int64> = []
    for seed in 0..<100 as Range<UInt64> {
      var backoff = Backoff(BackoffConfiguration(seed: seed))
      for _ in 0..<10 { _ = backoff.attemptStarts(at: at(0)) }
      backoff.connected()
      #expect(backoff.notBefore < at(0))
      backoff.lost(at: at(100))
      #expect(backoff.notBefore >= at(100) && backoff.notBefore < at(101))
      pauses.insert(backoff.notBefore.nanoseconds)
      _ = backoff.attemptStarts(at: at(200))
      #expect(backoff.notBefore <= at(201.2))
    }
    #expect(pauses.count > 90)
  }

  @Test("the same seed gives the same pauses")
  func seed() {
    var first = Backoff(BackoffConfiguration(seed: 7))
    var second = Backoff(BackoffConfiguration(seed: 7))
    for _ in 0..<5 { #expect(first.attemptStarts(at: at(1)) == second.attemptStarts(at: at(1))) }
    #expect(first.notBefore == second.notBefore)
  }
}
