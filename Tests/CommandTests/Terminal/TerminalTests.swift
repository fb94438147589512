import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct TerminalTests {
  @Test(
    arguments: [
      (nil, [:], 80, false), (132, ["TERM": "xterm"], 132, true), (132, ["COLUMNS": "60", "TERM": "xterm"], 60, true),
      (0, ["TERM": "xterm"], 80, true), (1, ["TERM": "xterm"], 20, true), (nil, ["COLUMNS": "60"], 60, false),
      (90, ["COLUMNS": "abc"], 90, false), (90, ["COLUMNS": "0"], 90, false), (90, ["COLUMNS": "-5"], 90, false),
      (90, ["COLUMNS": "99999999999999999999"], 90, false), (65535, ["TERM": "xterm"], 1000, true),
      (90, ["TERM": "dumb"], 90, false), (90, ["TERM": "xterm", "NO_COLOR": "1"], 90, false),
      (90, ["TERM": "xterm", "NO_COLOR": ""], 90, true), (Int.max, [:], 1000, false), (Int.min, [:], 80, false),
    ] as [(Int?, [String: String], Int, Bool)])
  func environmentAndSystemDecideWidthAndColour(
    _ system: Int?, _ environment: [String: String], _ columns: Int, _ hasColor: Bool
  ) {
    let terminal = Terminal(systemColumns: system, environment: environment)
    #expect(terminal.columns == columns)
    #expect(terminal.hasColor == hasColor)
  }
}
