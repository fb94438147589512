extension Completions {
  static func bash(_ commands: [CommandDescription]) -> String {
    bashHead(commands) + bashValues(commands.flatMap(\.options)) + "  case ${COMP_WORDS[1]} in\n"
      + commands.map(bashCommand).joined() + "  esac\n}\ncomplete -F _otlp otlp\n"
  }

  private static func bashHead(_ commands: [CommandDescription]) -> String {
    """
    # bash completion of otlp
    _otlp() {
      local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
      COMPREPLY=()
      # bash splits --name=value into three words.
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
      _otlp_command() { mapfile -t COMPREPLY < <(compgen -c -f -- "$word"); }
      if ((COMP_CWORD == 1)); then
        _otlp_words "\(commands.map(\.name).joined(separator: " ")) --help --version"
        return
      fi

    """
  }

  /// The values of the option before the cursor.
  private static func bashValues(_ options: [OptionDescription]) -> String {
    func pattern(_ isIncluded: (OptionDescription) -> Bool) -> String {
      Set(options.filter(isIncluded).map { "--\($0.name)" }).sorted().joined(separator: "|")
    }
    var text = "  case $previous in\n    \(pattern(\.isFile))) _otlp_files; return ;;\n"
    var seen: Set<String> = []
    for option in options where !option.choices.isEmpty && seen.insert(option.name).inserted {
      text += "    --\(option.name)) _otlp_words \"\(option.choices.joined(separator: " "))\"; return ;;\n"
    }
    return text + "    \(pattern { $0.placeholder != nil && !$0.isFile && $0.choices.isEmpty })) return ;;\n  esac\n"
  }

  private static func bashCommand(_ command: CommandDescription) -> String {
    let options = "_otlp_words \"\(command.options.map { "--\($0.name)" }.joined(separator: " "))\""
    let operands = command.operand.map {
      if $0.isCommand { return "_otlp_command" }
      return $0.isFile ? "_otlp_files" : "_otlp_words \"\($0.choices.joined(separator: " "))\""
    }
    let action = operands.map { "if [[ $word == -* ]]; then \(options); else \($0); fi" } ?? options
    return "    \(command.name))\n      \(action) ;;\n"
  }
}
