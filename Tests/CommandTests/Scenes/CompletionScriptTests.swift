import TestSupport
import TestThreads
import Testing

/// The completion scripts in their shells (ARCHITECTURE D8).
@Suite(.ownThreads) struct CompletionScriptTests {
  private static let words: [(line: [String], expected: [String])] = [
    (["otlp", "d"], ["demo", "doctor"]), (["otlp", "load", "--du"], ["--duration"]),
    (["otlp", "load", "--compression", ""], ["auto", "gzip", "none"]),
    (["otlp", "load", "--overflow", "drop"], ["drop-newest", "drop-oldest"]),
    (["otlp", "help", "re"], ["receive"]), (["otlp", "help", "--completions", "z"], ["zsh"]),
    (["otlp", "load", "--certificate", TestFiles.root + "/LICEN"], [TestFiles.root + "/LICENSE"]),
    (["otlp", "traces", "--database", TestFiles.root + "/LICEN"], [TestFiles.root + "/LICENSE"]),
    (["otlp", "send", TestFiles.root + "/LICEN"], [TestFiles.root + "/LICENSE"]),
    (["otlp", "load", "--endpoint", ""], []), (["otlp", "exec", "--kind", "pro"], ["producer"]),
    (["otlp", "exec", "--record"], ["--record-arguments"]), (["otlp", "span", "--status-m"], ["--status-message"]),
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
    // bash splits --name=value into three words.
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

  /// zsh completes in a pseudo-terminal (zpty), where a wrapper of `compadd` writes the matches to a file.
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
      // zsh completes only the last part of a path.
      let names = expected.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
      #expect(
        names.allSatisfy { name in found.contains(name) || found.contains { $0.hasSuffix(name) } }, "\(line): \(found)")
      #expect(!names.isEmpty || found.isEmpty, "\(line): \(found)")
    }
  }
}
