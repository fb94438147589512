import TestSupport
import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct HelpCommandTests {
  @Test(arguments: ["demo", "send", "exec", "span", "load", "receive", "traces", "show", "doctor", "help"])
  func helpShowsEachOption(_ command: String) async throws {
    let run = try await Tool.run([command, "--help"])
    #expect(run.code == 0)
    #expect(run.output.hasPrefix("otlp \(command): "))
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(["receive", "traces", "show", "help"].contains(command) || run.output.contains("--shutdown-timeout T"))
  }

  @Test func helpPrintsTheTextOfACommand() async throws {
    for command in HelpCommand.commands {
      let run = try await Tool.run(["help", command.name])
      #expect(run.code == 0)
      #expect(run.output == HelpText.text(of: command))
    }
    let unknown = try await Tool.run(["help", "dance"])
    #expect(unknown.code == 64)
    #expect(unknown.errors.contains("unknown command 'dance'; there are demo, send,"))
  }

  @Test func theManPageHasEachOptionOnce() async throws {
    let run = try await Tool.run(["help", "--man"])
    #expect(run.code == 0)
    #expect(run.output.hasPrefix(".TH OTLP 1 "))
    let lines = run.output.split(separator: "\n")
    for command in HelpCommand.commands {
      #expect(lines.contains(".SS \"otlp \(command.name)\""))
      for option in command.options {
        let name = option.name.replacing("-", with: "\\-")
        let users = HelpCommand.commands.count { $0.options.contains { $0.name == option.name } }
        #expect(lines.count { $0 == "\\fB\\-\\-\(name)\\fR" || $0.hasPrefix("\\fB\\-\\-\(name)\\fR ") } == users)
      }
    }
    // No line of text begins like a roff request.
    let requests: Set<Substring> = [".TH", ".SH", ".SS", ".TP", ".PP", ".br"]
    #expect(lines.allSatisfy { !$0.hasPrefix(".") || requests.contains($0.prefix(3)) })
    #expect(!lines.contains { $0.hasPrefix("'") })
  }

  @Test func otherShellsAreRefused() async throws {
    let bad = try await Tool.run(["help", "--completions", "csh"])
    #expect(bad.code == 64)
    #expect(bad.errors.contains("--completions: 'csh'"))
  }
}
