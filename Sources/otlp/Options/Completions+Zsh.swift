extension Completions {
  static func zsh(_ commands: [CommandDescription]) -> String {
    let summaries = commands.map { "      '\($0.name):\(zshText($0.summary))'\n" }.joined()
    // compinit runs the file as the function; `source` only defines the function.
    return """
      #compdef otlp
      _otlp() {
        if (( CURRENT == 2 )); then
          local -a commands
          commands=(
      \(summaries)    )
          _describe command commands
          return
        fi
        local command=$words[2]
        shift words
        (( CURRENT-- ))
        case $command in
      \(commands.map(zshCommand).joined())  esac
      }
      if [[ $funcstack[1] == _otlp ]]; then
        _otlp "$@"
      else
        compdef _otlp otlp
      fi

      """
  }

  private static func zshCommand(_ command: CommandDescription) -> String {
    var arguments = command.options.map(zshOption)
    if let operand = command.operand {
      arguments.append(
        operand.isCommand
          ? "'(-)1:command: _command_names -e' '*::arguments: _normal'"
          : "':\(operand.placeholder ?? ""):\(zshValues(operand))'")
    }
    return "    \(command.name))\n      _arguments" + arguments.map { " \\\n        \($0)" }.joined() + "\n      ;;\n"
  }

  private static func zshOption(_ option: OptionDescription) -> String {
    let help = "[\(zshText(option.fullHelp))]"
    guard let placeholder = option.placeholder else { return "'--\(option.name)\(help)'" }
    return "'\(option.isRepeatable ? "*" : "")--\(option.name)=\(help):\(placeholder):\(zshValues(option))'"
  }

  private static func zshValues(_ option: OptionDescription) -> String {
    if option.isFile { return "_files" }
    return option.choices.isEmpty ? "" : "(\(option.choices.joined(separator: " ")))"
  }

  private static func zshText(_ text: String) -> String {
    text.replacing("'", with: "'\\''").replacing("[", with: "\\[").replacing("]", with: "\\]")
      .replacing(":", with: "\\:")
  }
}
