import TestSupport
import TestThreads
import Testing
import otlp

/// What is made of the tables of options (DESIGN 7).
@Suite(.ownThreads) struct HelpTests {
  @Test func helpOfACommandIsItsOwn() async throws {
    for command in HelpCommand.commands {
      let run = try await Tool.run(["help", command.name])
      #expect(run.code == 0)
      #expect(run.output == command.helpText)
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
    // Only what is meant as a request begins like one.
    let requests: Set<Substring> = [".TH", ".SH", ".SS", ".TP", ".PP", ".br"]
    #expect(lines.allSatisfy { !$0.hasPrefix(".") || requests.contains($0.prefix(3)) })
    #expect(!lines.contains { $0.hasPrefix("'") })
  }

  @Test func bashCompletesCommandsOptionsAndFiles() async throws {
    let script = try await Tool.run(["help", "--completions", "bash"])
    #expect(script.code == 0)
    func completed(_ words: [String]) async throws -> [Substring] {
      let command = """
        \(script.output)
        COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1); _otlp; printf '%s\\n' "${COMPREPLY[@]}"
        """
      let process = try ChildProcess(["/bin/bash", "-c", command], input: "")
      #expect(await process.wait() == 0)
      #expect(process.errors.isEmpty)
      return process.output.split(separator: "\n")
    }
    #expect(try await completed(["otlp", "d"]) == ["demo", "doctor"])
    #expect(try await completed(["otlp", "load", "--du"]) == ["--duration"])
    #expect(try await completed(["otlp", "receive", "--"]).contains("--tls-key"))
    #expect(try await completed(["otlp", "load", "--certificate", "/etc/passw"]).contains("/etc/passwd"))
    #expect(try await completed(["otlp", "load", "--endpoint", "--"]).isEmpty)
  }

  @Test func zshAndFishKnowEachOption() async throws {
    let zsh = try await Tool.run(["help", "--completions", "zsh"])
    let fish = try await Tool.run(["help", "--completions", "fish"])
    #expect(zsh.output.hasPrefix("#compdef otlp\n"))
    #expect(zsh.output.contains("'*--header=[a header of each request; can be given several times]:K=V:'"))
    #expect(zsh.output.contains("'--certificate=[") && zsh.output.contains(":FILE:_files'"))
    for command in HelpCommand.commands {
      #expect(fish.output.contains("-a \(command.name) -d '"))
      for option in command.options {
        #expect(zsh.output.contains("'--\(option.name)") || zsh.output.contains("'*--\(option.name)"))
        #expect(fish.output.contains("'__fish_seen_subcommand_from \(command.name)' -l \(option.name)"))
      }
    }
    #expect(fish.output.contains("-d 'the authorities that may sign the server\\'s certificate"))
    let bad = try await Tool.run(["help", "--completions", "csh"])
    #expect(bad.code == 64)
    #expect(bad.errors.contains("--completions: 'csh'"))
  }
}
