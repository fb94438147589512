extension Completions {
  static func fish(_ commands: [CommandDescription]) -> String {
    var text = "# fish completion of otlp\ncomplete -c otlp -f\n"
    for command in commands {
      text += "complete -c otlp -n __fish_use_subcommand -a \(command.name) -d \(fishQuoted(command.summary))\n"
    }
    return text + commands.map(fishCommand).joined()
  }

  private static func fishCommand(_ command: CommandDescription) -> String {
    // Only the first word is the command: `otlp help load` runs help.
    let line =
      "complete -c otlp -n 'test (count (commandline -opc)) -gt 1; and test (commandline -opc)[2] = \(command.name)'"
    var text = command.options.map {
      "\(line) -l \($0.name)\(fishValues($0)) -d \(fishQuoted($0.fullHelp))\n"
    }.joined()
    if let operand = command.operand {
      text +=
        operand.isCommand
        ? "\(line) -a '(__fish_complete_command)'\n"
        : operand.isFile ? "\(line) -F\n" : "\(line) -a \(fishQuoted(operand.choices.joined(separator: " ")))\n"
    }
    return text
  }

  private static func fishValues(_ option: OptionDescription) -> String {
    if option.isFile { return " -r -F" }
    if option.placeholder == nil { return "" }
    return option.choices.isEmpty ? " -x" : " -x -a \(fishQuoted(option.choices.joined(separator: " ")))"
  }

  private static func fishQuoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }
}
