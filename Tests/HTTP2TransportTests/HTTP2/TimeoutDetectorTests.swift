import OTLPTesting
import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct TimeoutDetectorTests {
  @Test("silence since a request began leads to a probe, each time, and other bytes prevent the probe")
  func silence() {
    var detector = TimeoutDetector()
    #expect(detector.requestTimedOut(1, latest: 1, wasSilent: true) == .probe)
    #expect(detector.requestTimedOut(2, latest: 2, wasSilent: false) == .keep)
    detector.requestAnswered()
    #expect(detector.requestTimedOut(4, latest: 4, wasSilent: true) == .probe)
  }

  @Test("three timeouts in a row replace the connection, whether or not bytes arrived", arguments: [true, false])
  func row(silent: Bool) {
    var detector = TimeoutDetector()
    for call in 1...2 as ClosedRange<UInt64> {
      #expect(detector.requestTimedOut(call, latest: call, wasSilent: silent) == (silent ? .probe : .keep))
    }
    var answered = detector
    answered.requestAnswered()
    #expect(detector.requestTimedOut(3, latest: 3, wasSilent: silent) == .replace)
    #expect(answered.requestTimedOut(3, latest: 3, wasSilent: silent) != .replace)
  }

  @Test("timeouts of requests that were open together count once")
  func together() {
    var detector = TimeoutDetector()
    for call in 1...8 as ClosedRange<UInt64> {
      #expect(detector.requestTimedOut(call, latest: 8, wasSilent: false) == .keep)
    }
    #expect(detector.requestTimedOut(9, latest: 12, wasSilent: false) == .keep)
    #expect(detector.requestTimedOut(11, latest: 12, wasSilent: false) == .keep)
    #expect(detector.requestTimedOut(13, latest: 13, wasSilent: false) == .replace)
  }
}
