import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct SanitizingTests {
  @Test func textFromElsewhereIsOnePrintableLine() {
    #expect("a\nb\u{1B}[0m\u{202E}c\u{85}".sanitized() == "a b [0m c ")
    #expect(String(repeating: "x", count: 50).sanitized(limit: 10) == "xxxxxxxxxx…")
  }

  @Test func theLimitBoundsAnyText() {
    for text in Extremes.texts {
      for limit in Extremes.integers {
        #expect(text.sanitized(limit: limit).utf8.count <= 2 * text.utf8.count + 3)
      }
    }
  }
}
