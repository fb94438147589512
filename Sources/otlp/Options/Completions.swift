/// What shells complete after `otlp`, made of the commands' tables: commands, options, their values, and files.
package enum Completions: String, Sendable {
  case bash
  case zsh
  case fish

  /// A script that the shell reads at its start.
  package func script(_ commands: [CommandDescription]) -> String {
    switch self {
    case .bash: Self.bash(commands)
    case .zsh: Self.zsh(commands)
    case .fish: Self.fish(commands)
    }
  }

  /// Options that may be given several times.
  private static let repeatable = ["header", "endpoint", "attribute", "resource-attribute"]

  // MARK: bash

  private static func bash(_ commands: [CommandDescription]) -> String {
    let options = commands.flatMap(\.options)
    func pattern(_ isIncluded: (CommandDescription.Entry) -> Bool) -> String {
      Set(options.filter(isIncluded).map { "--\($0.name)" }).sorted().joined(separator: "|")
    }
    var text = """
      # bash completion of otlp
      _otlp() {
        local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
        COMPREPLY=()
        # bash takes --name=value for three words.
        if [[ $word == = ]]; then
          word=
        elif [[ $previous == = ]]; then
          previous=${COMP_WORDS[COMP_CWORD-2]}
        fi
        _otlp_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }
        _otlp_files() {
          compopt -o filenames 2>/dev/null
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
        }
        if ((COMP_CWORD == 1)); then
          _otlp_words "\(commands.map(\.name).joined(separator: " ")) --help --version"
          return
        fi
        case $previous in
          \(pattern(\.isFile))) _otlp_files; return ;;

      """
    var seen: Set<String> = []
    for option in options where !option.choices.isEmpty && seen.insert(option.name).inserted {
      text += "    --\(option.name)) _otlp_words \"\(option.choices.joined(separator: " "))\"; return ;;\n"
    }
    text += "    \(pattern { $0.placeholder != nil && !$0.isFile && $0.choices.isEmpty })) return ;;\n"
    text += "  esac\n  case ${COMP_WORDS[1]} in\n"
    for command in commands {
      let words = command.options.map { "--\($0.name)" }.joined(separator: " ")
      text += "    \(command.name))\n      "
      if let operand = command.operand {
        let operands = operand.isFile ? "_otlp_files" : "_otlp_words \"\(operand.choices.joined(separator: " "))\""
        text += "if [[ $word == -* ]]; then _otlp_words \"\(words)\"; else \(operands); fi ;;\n"
      } else {
        text += "_otlp_words \"\(words)\" ;;\n"
      }
    }
    return text + "  esac\n}\ncomplete -F _otlp otlp\n"
  }

  // MARK: zsh

  private static func zsh(_ commands: [CommandDescription]) -> String {
    var text = "#compdef otlp\n_otlp() {\n  if (( CURRENT == 2 )); then\n    local -a commands\n    commands=(\n"
    for command in commands { text += "      '\(command.name):\(zshText(command.summary))'\n" }
    text += """
          )
          _describe command commands
          return
        fi
        local command=$words[2]
        shift words
        (( CURRENT-- ))
        case $command in

      """
    for command in commands {
      text += "    \(command.name))\n      _arguments"
      for option in command.options { text += " \\\n        \(zshOption(option))" }
      if let operand = command.operand {
        text += " \\\n        ':\(operand.placeholder ?? ""):\(zshValues(operand))'"
      }
      text += "\n      ;;\n"
    }
    // Loaded by compinit the file is the function; read by `source` it only defines it.
    return text + """
        esac
      }
      if [[ $funcstack[1] == _otlp ]]; then
        _otlp "$@"
      else
        compdef _otlp otlp
      fi

      """
  }

  private static func zshOption(_ option: CommandDescription.Entry) -> String {
    let help = "[\(zshText(option.fullHelp))]"
    guard let placeholder = option.placeholder else { return "'--\(option.name)\(help)'" }
    let star = repeatable.contains(option.name) ? "*" : ""
    return "'\(star)--\(option.name)=\(help):\(placeholder):\(zshValues(option))'"
  }

  private static func zshValues(_ entry: CommandDescription.Entry) -> String {
    if entry.isFile { return "_files" }
    return entry.choices.isEmpty ? "" : "(\(entry.choices.joined(separator: " ")))"
  }

  private static func zshText(_ text: String) -> String {
    text.replacing("'", with: "'\\''").replacing("[", with: "\\[").replacing("]", with: "\\]")
      .replacing(":", with: "\\:")
  }

  // MARK: fish

  private static func fish(_ commands: [CommandDescription]) -> String {
    func quoted(_ text: String) -> String {
      "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
    func values(_ entry: CommandDescription.Entry) -> String {
      if entry.isFile { return " -r -F" }
      if entry.placeholder == nil { return "" }
      return entry.choices.isEmpty ? " -x" : " -x -a \(quoted(entry.choices.joined(separator: " ")))"
    }
    var text = "# fish completion of otlp\ncomplete -c otlp -f\n"
    for command in commands {
      text += "complete -c otlp -n __fish_use_subcommand -a \(command.name) -d \(quoted(command.summary))\n"
    }
    for command in commands {
      // Only the first word is the command: `otlp help load` is about help.
      let condition =
        "complete -c otlp -n 'test (count (commandline -opc)) -gt 1; and test (commandline -opc)[2] = \(command.name)'"
      for option in command.options {
        text += "\(condition) -l \(option.name)\(values(option)) -d \(quoted(option.fullHelp))\n"
      }
      guard let operand = command.operand else { continue }
      text +=
        operand.isFile ? "\(condition) -F\n" : "\(condition) -a \(quoted(operand.choices.joined(separator: " ")))\n"
    }
    return text
  }
}
