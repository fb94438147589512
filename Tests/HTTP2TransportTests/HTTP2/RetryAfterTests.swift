import TelemetryCore
import TestThreads
import Testing

@testable import HTTP2Transport

@Suite(.ownThreads) struct RetryAfterTests {
  @Test(
    "a pause in seconds is read and bounded; zero and unreadable values are none (trap 9)",
    arguments: [
      ("30", 30), ("1", 1), ("3600", 3_600), ("86400", 3_600), ("99999999999999999999", 3_600), ("0", nil), ("", nil),
      ("-5", nil), ("1.5", nil), ("soon", nil), ("+7", nil),
    ] as [(String, Int?)])
  func seconds(text: String, expected: Int?) {
    let pause = RetryAfter.pause(in: ReceivedHeaders([("retry-after", text)]))
    #expect(pause == expected.map { .seconds($0) })
  }

  @Test("a date is relative to the response's own date")
  func dates() {
    let now = "Sun, 06 Nov 1994 08:49:37 GMT"
    #expect(RetryAfter.pause("Sun, 06 Nov 1994 08:50:07 GMT", date: now) == .seconds(30))
    #expect(RetryAfter.pause("Tue, 08 Nov 1994 08:50:07 GMT", date: now) == .seconds(3_600))
    #expect(RetryAfter.pause("Sun, 06 Nov 1994 08:49:07 GMT", date: now) == nil)
    #expect(RetryAfter.pause("Sun, 06 Nov 1994 08:50:07 GMT", date: nil) == nil)
    #expect(RetryAfter.pause("Sun, 32 Nov 1994 08:50:07 GMT", date: now) == nil)
    #expect(RetryAfter.pause("Sunday, 06-Nov-94 08:50:07 GMT", date: now) == .seconds(30))
    #expect(RetryAfter.pause("Sun Nov  6 08:50:07 1994", date: now) == .seconds(30))
    #expect(RetryAfter.secondsOfDate("Thursday, 29-Feb-24 12:00:00 GMT") == 1_709_208_000)
    for text in [
      "Sunday, 06-Nov-1994 08:50:07 GMT", "Sunday, 06-Nov 08:50:07 GMT", "Sun Nov 6 08:50 1994", "a b c d e",
    ] {
      #expect(RetryAfter.secondsOfDate(text) == nil)
    }
    #expect(RetryAfter.secondsOfDate("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
    #expect(RetryAfter.secondsOfDate("Thu, 29 Feb 2024 12:00:00 GMT") == 1_709_208_000)
    #expect(RetryAfter.secondsOfDate("Fri, 31 Dec 9999 23:59:60 GMT") == 253_402_300_800)
  }
}
