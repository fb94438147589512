import TestSupport
import TestThreads
import Testing
import otlp

/// The layout for the width of a terminal.
@Suite(.ownThreads) struct TerminalOutputTests {
  @Test func theEnvironmentSetsTheWidth() async throws {
    for (columns, widest) in [("40", 40), ("0", 80), ("abc", 80), ("99999999999999999999", 80), ("100000", 100)] {
      let run = try await Tool.run(["load", "--help"], environment: ["COLUMNS": columns])
      #expect(run.code == 0)
      #expect((run.output.split(separator: "\n").map(\.count).max() ?? 0) <= widest)
    }
  }

  @Test(
    "output has the terminal's width and colours", .enabled(if: TestFiles.isExecutable("/usr/bin/script")),
    arguments: [20, 50, 120])
  func outputFitsTheTerminal(_ columns: Int) async throws {
    func lines(_ command: String, _ environment: [String: String] = ["TERM": "xterm"]) async throws -> [Substring] {
      let process = try ChildProcess(
        ["/usr/bin/script", "-qec", "stty cols \(columns); exec \(Tool.path) \(command)", "/dev/null"],
        environment: environment, input: "")
      #expect(await process.wait() == 0, "\(process.output)")
      return process.output.split(whereSeparator: \.isNewline)
    }
    func widest(_ lines: [Substring]) -> Int {
      lines.map { TerminalWidth.columns($0.replacing(/\u{1B}\[[0-9]*m/, with: "")) }.max() ?? 0
    }
    let help = try await lines("help load")
    #expect(help.count > 20 && widest(help) <= min(columns, 100))
    let demo = try await lines("demo").filter { $0.contains("█") }
    let plain = try await lines("demo", ["TERM": "xterm", "NO_COLOR": "1"]).filter { $0.contains("█") }
    #expect(widest(demo) <= columns && widest(plain) <= columns)
    #expect(columns < 50 ? demo.isEmpty : demo.contains { $0.contains("\u{1B}[31m█") })
    #expect(!plain.contains { $0.contains("\u{1B}") })
  }
}
