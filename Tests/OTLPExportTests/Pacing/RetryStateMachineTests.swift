import OTLPExport
import TelemetryCore
import TestThreads
import Testing

/// Acceptance test 2: each code × RetryInfo × the time that is left.
@Suite(.ownThreads) struct RetryStateMachineTests {
  // 1.4, row by row; other codes are UNKNOWN
  private static let retried: Set<Int> = [1, 4, 10, 11, 14, 15]

  @Test(arguments: 1...17) func withoutRetryInfo(code: Int) throws {
    var driver = RetryDriver(random: TestGenerator.highest)
    let action = driver.fail(.server(code))
    if RetryStateMachineTests.retried.contains(code) {
      guard case .wait = action else {
        Issue.record("code \(code): \(action)")
        return
      }
    } else {
      #expect(action == .giveUp(.refused))  // 1.4.2, 1.4.3
    }
  }

  @Test(arguments: 1...16, [Duration?.none, .seconds(2), .seconds(3600)])
  func withRetryInfo(code: Int, delay: Duration?) {
    var driver = RetryDriver(random: TestGenerator.lowest)
    let start = driver.now
    let action = driver.fail(.server(code, retryInfo: .some(delay)))
    guard RetryStateMachineTests.retried.contains(code) || code == 8 else {
      #expect(action == .giveUp(.refused))
      return
    }
    switch delay {
    case nil: #expect(action == .wait(until: start))  // 1.5.6: an ordinary pause; the lowest draw is zero
    case .seconds(2): #expect(action == .wait(until: start + .seconds(2)))  // 1.5.5
    default: #expect(action == .giveUp(.timeout))  // trap 10; 1.5.7
    }
  }

  @Test(arguments: [
    // remaining time, delay, expected to wait
    (Duration.seconds(2), Duration.seconds(2), false), (.milliseconds(2001), .seconds(2), true),
    (.milliseconds(1999), .seconds(2), false), (.seconds(10), .seconds(30), false),  // acceptance 11
    (.seconds(3_000_000_000), .seconds(315_360_000), true),
  ])
  func aPauseEndsBeforeTheDeadlineOrIsNotBegun(left: Duration, delay: Duration, waited: Bool) throws {
    for random in [TestGenerator.lowest, .highest] {
      var driver = RetryDriver(within: left, random: random)
      switch driver.fail(.server(14, retryInfo: .some(delay))) {
      case .wait(let until):
        #expect(waited)
        #expect(Deadline(until) < driver.deadline)
      case let other:
        #expect(!waited)
        #expect(other == .giveUp(.timeout))
      }
    }
  }

  @Test(arguments: [Duration.seconds(315_360_000), .seconds(Int64.max / 2)])
  func aPauseOfTenYearsIsNotWaited(delay: Duration) {  // trap 28
    var driver = RetryDriver(random: TestGenerator.highest)
    #expect(driver.fail(.server(14, retryInfo: .some(delay))) == .giveUp(.timeout))
    #expect(driver.fail(.server(14, pushback: .retry(after: delay))) == .giveUp(.timeout))
  }

  @Test(arguments: [Duration.zero, .microseconds(500)]) func withoutTimeThereIsNoAttempt(left: Duration) {
    var driver = RetryDriver(within: left, random: TestGenerator.lowest)
    #expect(driver.fail(.server(14)) == .giveUp(.timeout))
    #expect(driver.fail(.transport(.neverProcessed)) == .giveUp(.timeout))
  }

  @Test func ourOwnCancellationIsNeverRetried() {  // 1.4.5, while a server's is (1.4)
    var driver = RetryDriver(random: TestGenerator.lowest)
    #expect(driver.fail(.ownCancel) == .giveUp(.shutdown))
  }

  @Test func aResponseBeyondOurLimitIsNotRetried() {  // 1.1.10, and is no reason to split
    var driver = RetryDriver(random: TestGenerator.lowest)
    let failure = AttemptFailure.protocolViolation(8, "received message larger than max (9 vs. 5)")
    #expect(driver.fail(failure) == .giveUp(.refused))
  }

  @Test func aProtocolViolationIsNotRetried() {  // 5.2.9, 5.2.10: INTERNAL
    var driver = RetryDriver(random: TestGenerator.lowest)
    #expect(driver.fail(.protocolViolation(13, "bad flag")) == .giveUp(.refused))
  }

  @Test(
    "a message that is too large is split, to the server's limit if the message exceeds that",
    arguments: [
      (8, "received message larger than max (5702136 vs. 4194304)", 4_194_304),
      (11, "decoded message length too large: found 5702136 bytes, the limit is: 4194304 bytes", 4_194_304),
      (2, "HTTP status 413 without grpc-status", nil),
      (8, "received message larger than max", nil),
      (8, "received message larger than max (5702136 vs. 99999999)", nil),
      (8, "received message larger than max (5702136 vs. 0)", nil),
      (8, "received message larger than max (5702136 vs. 99999999999999999999999)", nil),
    ] as [(Int, String, Int?)])
  func tooLarge(code: Int, message: String, limit: Int?) {
    var driver = RetryDriver(random: TestGenerator.lowest)
    #expect(driver.fail(.server(code, message)) == .split(limit: limit))
    #expect(driver.fail(.server(code, message, retryInfo: .some(.seconds(1)))) == .split(limit: limit))
  }

  @Test func aRefusedEncodingIsLeftOutOnce() {  // 5.1.16, RULES D5
    var driver = RetryDriver(random: TestGenerator.lowest)
    driver.request.isCompressed = true
    #expect(driver.fail(.server(12, acceptedEncodings: ["identity"])) == .resendUncompressed)
    driver.request.isCompressed = false
    #expect(driver.fail(.server(12)) == .giveUp(.refused))
  }

  @Test func unimplementedForAnotherReasonIsFinal() {
    var driver = RetryDriver(random: TestGenerator.lowest)
    #expect(driver.fail(.server(12)) == .giveUp(.refused))
    driver.request.isCompressed = true
    #expect(driver.fail(.server(12, acceptedEncodings: ["identity", "gzip"])) == .giveUp(.refused))
    #expect(driver.fail(.server(12, "HTTP status 404 without grpc-status")) == .giveUp(.refused))
  }
}
