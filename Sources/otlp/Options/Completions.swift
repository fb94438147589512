/// What shells complete after `otlp`, made of the commands' tables.
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

  private static func names(_ commands: [CommandDescription]) -> String {
    commands.map(\.name).joined(separator: " ")
  }

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
        if ((COMP_CWORD == 1)); then
          COMPREPLY=($(compgen -W "\(names(commands))" -- "$word"))
          return
        fi
        case $previous in
          \(pattern(\.isFile))) COMPREPLY=($(compgen -f -- "$word")); return ;;
          \(pattern { $0.placeholder != nil && !$0.isFile })) return ;;
        esac
        case ${COMP_WORDS[1]} in

      """
    for command in commands {
      let words = command.options.map { "--\($0.name)" }.joined(separator: " ")
      let files = command.operand?.isFile == true ? " $(compgen -f -- \"$word\")" : ""
      text += "    \(command.name)) COMPREPLY=($(compgen -W \"\(words)\" -- \"$word\")\(files)) ;;\n"
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
        text += " \\\n        ':\(operand.placeholder ?? ""):\(operand.isFile ? "_files" : "")'"
      }
      text += "\n      ;;\n"
    }
    return text + "  esac\n}\n_otlp \"$@\"\n"
  }

  private static func zshOption(_ option: CommandDescription.Entry) -> String {
    let help = "[\(zshText(option.fullHelp))]"
    guard let placeholder = option.placeholder else { return "'--\(option.name)\(help)'" }
    // A header may be given several times.
    let star = option.name == "header" ? "*" : ""
    return "'\(star)--\(option.name)=\(help):\(placeholder):\(option.isFile ? "_files" : "")'"
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
    var text = "# fish completion of otlp\ncomplete -c otlp -f\n"
    for command in commands {
      text += "complete -c otlp -n __fish_use_subcommand -a \(command.name) -d \(quoted(command.summary))\n"
    }
    for command in commands {
      let condition = "complete -c otlp -n '__fish_seen_subcommand_from \(command.name)'"
      for option in command.options {
        let value = option.isFile ? " -r -F" : option.placeholder == nil ? "" : " -x"
        text += "\(condition) -l \(option.name)\(value) -d \(quoted(option.fullHelp))\n"
      }
      if command.operand?.isFile == true { text += "\(condition) -F\n" }
    }
    return text
  }
}
