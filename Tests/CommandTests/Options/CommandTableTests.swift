import OTLPGRPC
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct CommandTableTests {
  @Test func allChoicesAreAccepted() throws {
    #expect(HelpCommand.commands.map(\.name) == HelpCommand.table.description.operand?.choices)
    func check<Settings: ToolCommand>(_ table: CommandTable<Settings>) {
      for option in table.options {
        for choice in option.description.choices {
          #expect(throws: Never.self) { try table.parse(["--" + option.name, choice], into: Settings()) }
        }
      }
    }
    check(LoadCommand.table)
    check(ExecCommand.table)
    check(SpanCommand.table)
    check(HelpCommand.table)
    check(ReceiveCommand.table)
  }

  private func refusal<Settings: ToolCommand>(_ table: CommandTable<Settings>, _ arguments: [String]) -> String? {
    do throws(ToolError) {
      _ = try table.parse(arguments, into: Settings())
      return nil
    } catch {
      return error.code == .usage ? error.description : "\(error.code)"
    }
  }

  @Test(
    "the next option is no value",
    arguments: [
      (["--endpoint", "--json", "one.json"], "--endpoint needs a value: URL; --json is an option"),
      (["--json", "--endpoint", "--queue=5"], "--endpoint needs a value: URL; --queue is an option"),
      (["--endpoint", "--help"], "--endpoint needs a value: URL; --help is an option"),
      (["--queue", "--jso"], "--queue needs a value: N; --jso is an option"),
      (["file", "--queue", "--json"], "--queue needs a value: N; --json is an option"),
    ])
  func nextOption(_ arguments: [String], _ words: String) {
    #expect(refusal(SendCommand.table, arguments)?.hasPrefix(words) == true, "\(arguments)")
  }

  @Test func aValueMayLookLikeAnOptionBehindAnEqualsSign() throws {
    guard case .run(let command) = try SendCommand.table.parse(["--endpoint=--json"], into: SendCommand()) else {
      Issue.record("help")
      return
    }
    #expect(command.export.exporter.endpoints == ["--json"] && !command.export.json)
    #expect(refusal(SpanCommand.table, ["--name", "--- done ---"]) == nil)
    #expect(refusal(SpanCommand.table, ["--name", "-"]) == nil)
    #expect(refusal(SpanCommand.table, ["--name", "--json"])?.contains("--name=--json") == true)
  }

  @Test func theHelpNamesTheRangeOfEachNumber() {
    let help = HelpText.text(of: LoadCommand.table.description, columns: 100)
    for words in ["1 to 1099511627776 (default 10000)", "above 0, at most 24h", "1 to 256 (default 1)", "0 to 10000"] {
      #expect(help.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(words), "\(words)")
    }
  }
}
