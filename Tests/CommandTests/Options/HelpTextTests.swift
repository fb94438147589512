import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct HelpTextTests {
  @Test(arguments: [20, 30, 59, 60, 80, 100, 1000]) func helpFitsTheTerminal(_ columns: Int) {
    var texts = HelpCommand.commands.map { HelpText.text(of: $0, columns: columns) }
    texts.append(HelpCommand.overview(columns: columns))
    for text in texts {
      let widest = text.split(separator: "\n").map { TerminalWidth.columns($0) }.max() ?? 0
      #expect(widest <= min(columns, 100), "\(text)")
    }
    // Only the ends of long names are cut.
    let words = HelpCommand.commands[2].notes.split { $0 == " " || $0 == "\n" }.filter { $0.count <= columns }
    for word in words { #expect(texts[2].contains(word)) }
  }
}
