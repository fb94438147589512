import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

private func at(_ seconds: Double) -> MonotonicInstant { .init(nanoseconds: Int64(seconds * 1e9)) }

@Suite(.ownThreads) struct ConnectionBackoffTests {
  @Test("pauses between starts grow from 1 s by 1.6 up to 120 s, ±20 % (5.9.1, 5.9.2)")
  func grows() {
    for seed in 0..<200 as Range<UInt64> {
      var backoff = ConnectionBackoff(ConnectionBackoff.Configuration(seed: seed))
      var expected = 1.0
      for _ in 0..<20 {
        _ = backoff.attemptStarted(at: at(1_000))
        let pause = Double((backoff.notBefore - at(1_000)).clampedNanoseconds) / 1e9
        #expect(pause >= expected * 0.8 - 1e-6 && pause <= expected * 1.2 + 1e-6)
        // While calls wait, a returned server is reached within 4 s.
        let short = Double((backoff.notBefore(isUnconnected: true) - at(1_000)).clampedNanoseconds) / 1e9
        let least = min(expected, 3.3)
        #expect(short >= least * 0.8 - 1e-6 && short <= min(least * 1.2 + 1e-6, 4))
        #expect(backoff.notBefore(isUnconnected: false) == backoff.notBefore)
        expected = min(expected * 1.6, 120)
      }
    }
  }

  @Test("a round of attempts gets 20 s, or the whole pause if longer (5.9.2)")
  func attemptDeadline() {
    var backoff = ConnectionBackoff(ConnectionBackoff.Configuration(seed: 1))
    for _ in 0..<20 { #expect(backoff.attemptStarted(at: at(10)) == Deadline(at(30))) }
    var slow = ConnectionBackoff(ConnectionBackoff.Configuration(maximumUnconnected: .seconds(100), seed: 1))
    for _ in 0..<20 { _ = slow.attemptStarted(at: at(10)) }
    #expect(slow.attemptStarted(at: at(10)) == Deadline(slow.notBeforeUnconnected))
  }

  @Test("no configuration value traps, and every pause lies between now and a day and a fifth later")
  func extremes() {
    let durations: [Duration] = [.seconds(Int64.min), .seconds(-1), .zero, .nanoseconds(1), .seconds(Int64.max)]
    let numbers: [Double] = [-.infinity, -1, 0, .leastNonzeroMagnitude, 1.6, 1e300, .infinity, .nan]
    for duration in durations {
      for number in numbers {
        var backoff = ConnectionBackoff(
          ConnectionBackoff.Configuration(
            initial: duration, multiplier: number, maximum: duration, maximumUnconnected: duration, jitter: number,
            minimumConnectTimeout: duration, seed: 1))
        for _ in 0..<5 {
          let deadline = backoff.attemptStarted(at: at(1))
          #expect(deadline >= Deadline(at(1)) && deadline <= Deadline(at(1 + 2 * 86_400)))
          #expect(backoff.notBefore >= at(1) && backoff.notBefore <= at(1 + 2 * 86_400))
        }
        backoff.connectionLost(at: at(1))
        #expect(backoff.notBefore <= at(1 + 86_400))
      }
    }
  }

  @Test("a connection resets the pauses; after a loss the first attempt starts within 1 s (5.9.3)")
  func startsAnew() {
    var pauses: Set<Int64> = []
    for seed in 0..<100 as Range<UInt64> {
      var backoff = ConnectionBackoff(ConnectionBackoff.Configuration(seed: seed))
      for _ in 0..<10 { _ = backoff.attemptStarted(at: at(0)) }
      backoff.reset()
      #expect(backoff.notBefore < at(0))
      backoff.connectionLost(at: at(100))
      #expect(backoff.notBefore >= at(100) && backoff.notBefore < at(101))
      pauses.insert(backoff.notBefore.nanoseconds)
      _ = backoff.attemptStarted(at: at(200))
      #expect(backoff.notBefore <= at(201.2))
    }
    #expect(pauses.count > 90)
  }

  @Test("the same seed gives the same pauses")
  func seed() {
    var first = ConnectionBackoff(ConnectionBackoff.Configuration(seed: 7))
    var second = ConnectionBackoff(ConnectionBackoff.Configuration(seed: 7))
    for _ in 0..<5 { #expect(first.attemptStarted(at: at(1)) == second.attemptStarted(at: at(1))) }
    #expect(first.notBefore == second.notBefore)
  }
}
