import TelemetryCore
import TestThreads
import Testing

@Suite(.ownThreads) struct TrimmingTests {
  @Test(
    "white space of every kind is removed at the ends of a text",
    arguments: [
      "a b", " a b ", "a b\n", "\r\na b\r\n", "\t\u{0B}\u{0C}a b\u{85}\u{A0}", "\u{FEFF}a b",
      "\u{2028}a b\u{3000}\u{2009}",
    ])
  func trimmed(text: String) { #expect(text.trimmed == "a b") }

  @Test(arguments: ["", " ", "\n\r\n\t", "\u{FEFF}"]) func aTextOfWhiteSpaceBecomesEmpty(text: String) {
    #expect(text.trimmed.isEmpty)
  }

  @Test func otherCharactersStay() {
    #expect("\u{0}a\u{200B}".trimmed == "\u{0}a\u{200B}")
    #expect(" \u{301}x".trimmed == "\u{301}x")
  }
}
