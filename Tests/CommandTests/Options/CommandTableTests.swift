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
}
