import TelemetryCore
import TestThreads
import Testing

@testable import GRPCClient

@Suite(.ownThreads) struct RetryAfterTests {
  private func pushback(_ status: Int, _ fields: [(name: String, value: String)]) -> GRPCResult.Pushback {
    let html = [(name: "content-type", value: "text/html")]
    return classify(answer([], headers: html + fields, body: Array("<html>".utf8), status: status)).pushback
  }

  @Test(
    "a proxy's pause in seconds is read and bounded; zero and unreadable values are no pushback",
    arguments: [
      ("30", 30), ("1", 1), ("3600", 3_600), ("86400", 3_600), ("99999999999999999999", 3_600), ("0", nil), ("", nil),
      ("-5", nil), ("1.5", nil), ("soon", nil), ("+7", nil),
    ] as [(String, Int?)])
  func seconds(text: String, expected: Int?) {
    for status in [429, 502, 503, 504] {
      #expect(pushback(status, [("retry-after", text)]) == expected.map { .retry(after: .seconds($0)) } ?? .none)
    }
    #expect(pushback(404, [("retry-after", text)]) == .none)
  }

  @Test("a date is relative to the response's own date")
  func dates() {
    let now = (name: "date", value: "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(
      pushback(503, [("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"), now]) == .retry(after: .seconds(30)))
    #expect(pushback(503, [("retry-after", "Tue, 08 Nov 1994 08:50:07 GMT"), now]) == .retry(after: .seconds(3_600)))
    #expect(pushback(503, [("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT"), now]) == .none)
    #expect(pushback(503, [("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]) == .none)
    #expect(pushback(503, [("retry-after", "Sun, 32 Nov 1994 08:50:07 GMT"), now]) == .none)
    #expect(RetryAfter.secondsOfDate("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
    #expect(RetryAfter.secondsOfDate("Thu, 29 Feb 2024 12:00:00 GMT") == 1_709_208_000)
    #expect(RetryAfter.secondsOfDate("Fri, 31 Dec 9999 23:59:60 GMT") == 253_402_300_800)
  }
}
