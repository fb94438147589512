import TestSupport
import TestThreads
import Testing
import otlp

/// What is made of the tables of options (RULES D8).
@Suite(.ownThreads) struct HelpTests {
  @Test func helpOfACommandIsItsOwn() async throws {
    for command in HelpCommand.commands {
      let run = try await Tool.run(["help", command.name])
      #expect(run.code == 0)
      #expect(run.output == command.helpText())
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

  @Test func choicesAreThoseThatAreAccepted() throws {
    #expect(HelpCommand.commands.map(\.name) == HelpCommand.table.operand?.choices)
    func check<Settings: ToolCommand>(_ table: CommandTable<Settings>) {
      for option in table.options {
        for choice in option.choices {
          #expect(throws: Never.self) { try table.parse(["--" + option.name, choice], into: Settings()) }
        }
      }
    }
    check(LoadCommand.table)
    check(HelpCommand.table)
    check(ReceiveCommand.table)
  }

  @Test(arguments: [20, 30, 59, 60, 80, 100, 1000]) func helpFitsTheTerminal(_ columns: Int) {
    var texts = HelpCommand.commands.map { $0.helpText(columns: columns) }
    texts.append(HelpCommand.overview(columns: columns))
    for text in texts {
      let widest = text.split(separator: "\n").map { TextWidth.columns($0) }.max() ?? 0
      #expect(widest <= min(columns, 100), "\(text)")
    }
    // Nothing is left out but the ends of long names.
    let words = HelpCommand.commands[2].notes.split { $0 == " " || $0 == "\n" }.filter { $0.count <= columns }
    for word in words { #expect(texts[2].contains(word)) }
  }

  @Test func theToolTakesTheWidthFromItsEnvironment() async throws {
    for (columns, widest) in [("40", 40), ("0", 80), ("abc", 80), ("99999999999999999999", 80), ("100000", 100)] {
      let run = try await Tool.run(["load", "--help"], environment: ["COLUMNS": columns])
      #expect(run.code == 0)
      #expect((run.output.split(separator: "\n").map(\.count).max() ?? 0) <= widest)
    }
  }

  // MARK: Shells

  private static let words: [(line: [String], expected: [String])] = [
    (["otlp", "d"], ["demo", "doctor"]), (["otlp", "load", "--du"], ["--duration"]),
    (["otlp", "load", "--compression", ""], ["auto", "gzip", "none"]),
    (["otlp", "load", "--overflow", "drop"], ["drop-newest", "drop-oldest"]),
    (["otlp", "help", "re"], ["receive"]), (["otlp", "help", "--completions", "z"], ["zsh"]),
    (["otlp", "load", "--certificate", TestFiles.root + "/LICEN"], [TestFiles.root + "/LICENSE"]),
    (["otlp", "send", TestFiles.root + "/LICEN"], [TestFiles.root + "/LICENSE"]),
    (["otlp", "load", "--endpoint", ""], []),
  ]

  private func script(_ shell: String) async throws -> String {
    let script = try await Tool.run(["help", "--completions", shell])
    #expect(script.code == 0)
    return script.output
  }

  @Test func bashCompletes() async throws {
    let script = try await script("bash")
    func completed(_ words: [String]) async throws -> [String] {
      let command = """
        \(script)
        COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " "))); COMP_CWORD=\(words.count - 1)
        _otlp; printf '%s\\n' "${COMPREPLY[@]}"
        """
      let process = try ChildProcess(["/bin/bash", "-c", command], input: "")
      #expect(await process.wait() == 0)
      #expect(process.errors.isEmpty)
      return process.output.split(separator: "\n").map(String.init).sorted()
    }
    for (line, expected) in Self.words {
      let found = try await completed(line)
      #expect(found == expected, "\(line)")
    }
    // bash takes --name=value for three words.
    #expect(try await completed(["otlp", "load", "--compression", "=", "g"]) == ["gzip"])
    #expect(try await completed(["otlp", "load", "--compression", "="]) == ["auto", "gzip", "none"])
    #expect(try await completed(["otlp", "receive", "--"]).contains("--tls-key"))
  }

  @Test(.enabled(if: TestFiles.isExecutable("/usr/bin/fish"), "fish is not installed")) func fishCompletes()
    async throws
  {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    try TestFiles.write(try await script("fish"), to: folder + "/otlp.fish")
    let lines = Self.words.map { "complete -C '\($0.line.joined(separator: " "))'; echo ===" }
    let command = "source \(folder)/otlp.fish; " + lines.joined(separator: "; ")
    let process = try ChildProcess(
      ["/usr/bin/fish", "--no-config", "-c", command], environment: ["XDG_DATA_HOME": folder, "TERM": "dumb"], input: ""
    )
    #expect(await process.wait() == 0)
    let parts = process.output.split(separator: "===\n", omittingEmptySubsequences: false).dropLast()
    #expect(parts.count == Self.words.count, "\(process.errors)")
    for (part, (line, expected)) in zip(parts, Self.words) {
      let found = part.split(separator: "\n").map { $0.split(separator: "\t").first.map(String.init) ?? "" }.sorted()
      #expect(found == expected, "\(line)")
    }
  }

  /// zsh completes in a terminal of its own (zpty), where its functions put what they found into a file.
  @Test(.enabled(if: TestFiles.isExecutable("/usr/bin/zsh"), "zsh is not installed")) func zshCompletes() async throws {
    let folder = try TestFiles.makeDirectory()
    defer { TestFiles.remove(folder) }
    try TestFiles.write(try await script("zsh"), to: folder + "/_otlp")
    let driver = """
      zmodload zsh/zpty
      zpty shell zsh -f -i
      feed() { zpty -w shell "$1"; }
      feed 'PROMPT=; unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit; compinit -u -D; source \(folder)/_otlp'
      feed 'compadd() { builtin compadd -O found "$@"; (( $#found )) && print -rl -- $found >> \(folder)/found; builtin compadd "$@"; }'
      feed 'zstyle ":completion:*" menu no; setopt no_list_ambiguous no_auto_menu; bindkey "^I" complete-word'
      feed 'print ready > \(folder)/ready'
      for ((i = 0; i < 200; i++)); do [[ -s \(folder)/ready ]] && break; sleep 0.05; done
      """
    var text = driver
    for (line, _) in Self.words {
      text += """

        zpty -n -w shell '\(line.joined(separator: " "))'$'\\t'
        zpty -n -w shell $'\\C-u'
        rm -f \(folder)/ready
        feed 'print END >> \(folder)/found; print ready > \(folder)/ready'
        for ((i = 0; i < 200; i++)); do [[ -s \(folder)/ready ]] && break; zpty -rt shell output; sleep 0.05; done
        """
    }
    text += "\nzpty -d shell\n"
    let process = try ChildProcess(["/usr/bin/zsh", "-f", "-c", text], environment: ["TERM": "xterm"], input: "")
    #expect(await process.wait() == 0)
    let parts = TestFiles.read(folder + "/found").split(separator: "END\n", omittingEmptySubsequences: false).dropLast()
    #expect(parts.count == Self.words.count, "\(process.errors)")
    for (part, (line, expected)) in zip(parts, Self.words) {
      let found = Set(part.split(separator: "\n").map(String.init))
      // Of a path zsh completes the last part.
      let names = expected.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
      #expect(
        names.allSatisfy { name in found.contains(name) || found.contains { $0.hasSuffix(name) } }, "\(line): \(found)")
      #expect(!names.isEmpty || found.isEmpty, "\(line): \(found)")
    }
  }

  @Test func otherShellsAreRefused() async throws {
    let bad = try await Tool.run(["help", "--completions", "csh"])
    #expect(bad.code == 64)
    #expect(bad.errors.contains("--completions: 'csh'"))
  }
}
