import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct TerminalWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한국", 4), ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2),
    ("❤️", 2),
    ("█", 1), ("…", 1), ("µ", 1), ("\u{200B}", 0), ("\u{0}", 0),
  ])
  func widthIsInColumns(_ text: String, _ columns: Int) { #expect(TerminalWidth.columns(text) == columns) }

  @Test func textIsCutFilledAndWrapped() {
    #expect(TerminalWidth.fitted("日本語", to: 8) == "日本語  ")
    #expect(TerminalWidth.fitted("日本語", to: 5) == "日本…")
    // A blank replaces half of a wide character.
    #expect(TerminalWidth.fitted("日本語", to: 4) == "日… ")
    #expect(TerminalWidth.cut("abc", to: 0) == "")
    #expect(TerminalWidth.wrapped("one two three 日本語日本語", to: 7) == ["one two", "three", "日本語", "日本語"])
    #expect(TerminalWidth.wrapped("日本", to: 1) == ["日本"])
    #expect(TerminalWidth.wrapped("", to: 5) == [])
  }
}
