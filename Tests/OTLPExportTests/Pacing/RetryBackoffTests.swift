import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// RULES 1.5, 1.6 and 5.10; the numbers are those of RULES D2.
@Suite(.ownThreads) struct RetryBackoffTests {
  private static let bounds = [1, 1.6, 2.56, 4.096, 6.5536, 10.48576, 16.777216, 26.8435456, 30, 30]

  @Test func pausesGrowToTheirLimit() {  // 1.4.4
    var driver = RetryDriver(within: .seconds(10_000), random: TestGenerator.highest)
    for bound in RetryBackoffTests.bounds {
      let pause = driver.pause(.server(14))
      #expect(pause.map { $0 < .seconds(bound) && $0 > .seconds(bound) * 0.999 } == true)
    }
  }

  @Test func jitterIsFull() {
    var driver = RetryDriver(within: .seconds(10_000), random: .seed(7))
    var sum = Duration.zero
    for _ in 0..<2000 {
      let pause = driver.pause(.server(14)) ?? .zero
      #expect(pause < .seconds(30))
      sum += pause
      driver.deadline = Deadline(driver.now + .seconds(10_000))
    }
    #expect(sum > .seconds(14) * 2000 && sum < .seconds(16) * 2000)
  }

  @Test func theSameSeedGivesTheSamePauses() {
    var one = RetryDriver(random: .seed(1))
    var same = RetryDriver(random: .seed(1))
    var other = RetryDriver(random: .seed(2))
    let pause = one.pause(.server(14))
    #expect(pause == same.pause(.server(14)))
    #expect(pause != other.pause(.server(14)))
  }

  @Test func aNamedDelayIsTheMinimumAndTheNewBase() {  // 1.5.5
    var driver = RetryDriver(within: .seconds(10_000), random: TestGenerator.lowest)
    #expect(driver.pause(.server(14, retryInfo: .some(.seconds(2)))) == .seconds(2))
    #expect(driver.pause(.server(14)) == .seconds(2) * 1.6)
    #expect(driver.pause(.server(14)) == .seconds(2) * 1.6 * 1.6)
    // Each named delay replaces the last.
    #expect(driver.pause(.server(14, retryInfo: .some(.seconds(2)))) == .seconds(2))
    #expect(driver.pause(.server(14, retryInfo: .some(.seconds(1)))) == .seconds(1))
    for _ in 0..<20 { _ = driver.pause(.server(14)) }
    #expect(driver.pause(.server(14)) == .seconds(30))
    #expect(driver.pause(.server(14, retryInfo: .some(.seconds(100)))) == .seconds(100))
    #expect(driver.pause(.server(14)) == .seconds(100))
  }

  @Test(arguments: [1, 10, 45, 600] as [Double]) func jitterOnANamedDelayGoesUpwardOnlyAndASecondAtMost(delay: Double) {
    for seed in 0..<200 {
      var driver = RetryDriver(within: .seconds(1000), random: .seed(seed))
      let pause = driver.pause(.server(8, retryInfo: .some(.seconds(delay)))) ?? .zero
      #expect(pause >= .seconds(delay) && pause < .seconds(delay + min(delay / 2, 1)))
    }
  }

  @Test func pushback() {  // 5.10.5
    var driver = RetryDriver(within: .seconds(100), random: TestGenerator.highest)
    #expect(driver.fail(.server(14, pushback: .stop)) == .giveUp(.refused))
    #expect(driver.pause(.server(14, pushback: .retry(after: .milliseconds(300)))) == .milliseconds(300))
    #expect(driver.fail(.server(13, pushback: .retry(after: .milliseconds(300)))) == .giveUp(.refused))
  }

  @Test func afterPushbackTheSeriesStartsAnew() {
    var driver = RetryDriver(within: .seconds(1000), random: TestGenerator.highest)
    for _ in 0..<5 { _ = driver.pause(.server(14)) }
    _ = driver.pause(.server(14, pushback: .retry(after: .zero)))
    #expect(driver.pause(.server(14)).map { $0 < .seconds(1) } == true)
  }

  @Test func pushbackAndRetryInfoTogether() {  // 5.10.6
    var driver = RetryDriver(within: .seconds(100), random: TestGenerator.lowest)
    let longer = AttemptFailure.server(14, retryInfo: .some(.seconds(5)), pushback: .retry(after: .seconds(2)))
    #expect(driver.pause(longer) == .seconds(5))
    var other = RetryDriver(within: .seconds(100), random: TestGenerator.lowest)
    let shorter = AttemptFailure.server(14, retryInfo: .some(.seconds(2)), pushback: .retry(after: .seconds(5)))
    #expect(other.pause(shorter) == .seconds(5))
    let stop = AttemptFailure.server(14, retryInfo: .some(.seconds(2)), pushback: .stop)
    #expect(other.fail(stop) == .giveUp(.refused))
  }

  @Test("a pause is limited to the destination's longest")
  func theLongestPause() {
    for failure in [
      AttemptFailure.server(14, retryInfo: .some(.seconds(315_360_000))),
      .server(14, pushback: .retry(after: .seconds(315_360_000))),
    ] {
      var driver = RetryDriver(within: .seconds(3_000_000_000), random: TestGenerator.lowest)
      #expect(driver.pause(failure) == Destination.longestPause)
    }
  }

  @Test func zeroPushbacksDontCauseABusyLoop() {
    var driver = RetryDriver(within: .seconds(30), random: .seed(3))
    var attempts = 0
    while case .wait = driver.fail(.server(14, pushback: .retry(after: .zero))) { attempts += 1 }
    #expect(attempts < 60)
  }

  @Test func thePolicyBoundsTheNumber() {
    var policy = OTLPRetryPolicy()
    policy.maxAttempts = 3
    var driver = RetryDriver(policy, random: TestGenerator.lowest)
    #expect(driver.pause(.server(14)) != nil)
    #expect(driver.fail(.transport(.neverProcessed)) == .resend)  // 5.10.2: not counted
    #expect(driver.pause(.server(14)) != nil)
    #expect(driver.fail(.server(14)) == .giveUp(.refused))
    var once = RetryDriver(.never, random: TestGenerator.lowest)
    #expect(once.fail(.server(14)) == .giveUp(.refused))
  }

  @Test func anUnprocessedRequestIsResentAtOnceOncePerAttempt() {  // 5.10.1
    var driver = RetryDriver(within: .seconds(1000), random: TestGenerator.highest)
    for _ in 0..<3 {
      #expect(driver.fail(.transport(.neverProcessed)) == .resend)
      #expect(driver.pause(.transport(.neverProcessed)).map { $0 > .zero } == true)
    }
    // whatever code the reset was mapped to
    #expect(driver.fail(.transport(.neverProcessed, code: 8)) == .resend)
    #expect(driver.pause(.transport(.unknown)) != nil)
    // 5.4: INTERNAL; a reset says nothing about the data
    #expect(driver.pause(.transport(.unknown, code: 13)) != nil)
    // INADEQUATE_SECURITY and HTTP_1_1_REQUIRED
    for code in [7, 2] { #expect(driver.fail(.transport(.unknown, code: code)) == .giveUp(.refused)) }
  }

  @Test func attemptsEndWithTheirOwnTimeOrWithAll() {  // 1.6.3, RULES D3
    let now = MonotonicInstant(nanoseconds: 5)
    let soon = Deadline(now + .seconds(3))
    let late = Deadline(now + .seconds(30))
    #expect(RetryStateMachine.attemptDeadline(timeout: .seconds(10), now: now, deadline: soon) == soon)
    #expect(
      RetryStateMachine.attemptDeadline(timeout: .seconds(10), now: now, deadline: late) == Deadline(now + .seconds(10))
    )
    #expect(RetryStateMachine.attemptDeadline(timeout: .zero, now: now, deadline: late) == late)  // 2.6.6
    #expect(RetryStateMachine.attemptDeadline(timeout: .zero, now: now, deadline: .never) == .never)
  }

  @Test func everythingTogetherNeverPassesTheDeadline() {  // trap 30
    for seed in 0..<300 {
      var driver = RetryDriver(within: .seconds(30), random: .seed(seed))
      var attempts = 0
      while attempts < 1000 {
        attempts += 1
        let end = RetryStateMachine.attemptDeadline(timeout: .seconds(10), now: driver.now, deadline: driver.deadline)
        driver.now = seed % 2 == 0 ? end.instant : min(end.instant, driver.now + .milliseconds(1))
        guard case .wait = driver.fail(seed % 3 == 0 ? .ownDeadline : .server(14)) else { break }
        #expect(Deadline(driver.now) < driver.deadline)
      }
      #expect(attempts < 100)
      #expect(Deadline(driver.now) <= driver.deadline)
    }
  }

  @Test func theReasonIsUnreachableUntilAConnectionWasUsed() {
    var driver = RetryDriver(random: TestGenerator.highest)
    while case .wait = driver.fail(.connect) {}
    #expect(driver.machine.timeoutReason == .unreachable)
    driver.now = driver.deadline.instant
    #expect(driver.fail(.connect) == .giveUp(.unreachable))
    #expect(driver.fail(.ownDeadline) == .giveUp(.timeout))
    #expect(driver.fail(.connect) == .giveUp(.timeout))
  }
}
