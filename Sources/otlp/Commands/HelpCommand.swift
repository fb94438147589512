internal import TelemetryCore

/// `otlp help`.
package struct HelpCommand: ToolCommand {
  package var isManPage = false
  package var completions: Completions?
  package var command: String?

  package init() {}

  package static let table = CommandTable<HelpCommand>(
    "help", "explains the tool or one command; makes the man page and the shells' completions",
    notes: """
      otlp help --man > otlp.1
      otlp help --completions bash > /etc/bash_completion.d/otlp
      """,
    options: [
      Option(flag: "man", "print the man page, in roff") { $0.isManPage = true },
      Option(
        "completions", "SHELL", "print a script of completions: bash, zsh or fish", choices: ["bash", "zsh", "fish"]
      ) {
        (command: inout HelpCommand, value: OptionValue) throws(ConfigurationError) in
        command.completions = try value.choice(["bash": .bash, "zsh": .zsh, "fish": .fish])
      },
    ],
    operand: Operand(
      "COMMAND", "the command to explain", choices: ["demo", "send", "load", "receive", "doctor", "help"]
    ) { $0.command = $1 })

  /// All commands, in the order in which they are listed.
  package static let commands: [CommandDescription] = [
    DemoCommand.table.description, SendCommand.table.description, LoadCommand.table.description,
    ReceiveCommand.table.description, DoctorCommand.table.description, table.description,
  ]

  package static let summary = "sends and receives telemetry by the OpenTelemetry protocol"

  /// What the tool says of itself on a terminal of so many columns.
  package static func overview(columns: Int = Terminal.defaultColumns) -> String {
    HelpColumns.paragraph("otlp: \(summary)\n\nusage: otlp COMMAND [OPTIONS]\n", columns: columns)
      + commands.map { HelpColumns.row($0.name, $0.summary, columns: columns) }.joined()
      + "\n" + HelpColumns.paragraph("'otlp COMMAND --help' says more.", columns: columns)
  }

  /// What a command that isn't there is answered with.
  package static func unknown(_ name: String) -> ToolError {
    let names = commands.map(\.name)
    let suggestion = Suggestion.nearest(to: name, among: names).map { "did you mean \($0)? There" } ?? "there"
    return ToolError(
      .usage,
      "unknown command '\(Redaction.shown(name))'; \(suggestion) are \(names.dropLast().joined(separator: ", ")) and "
        + (names.last ?? ""))
  }

  package func run() throws(ToolError) -> ExitCode {
    try TextOutput.standard.deliver(try text)
    return .success
  }

  private var text: String {
    get throws(ToolError) {
      if let command, isManPage || completions != nil {
        throw ToolError(
          .usage, "unexpected argument '\(Redaction.shown(command))': --man and --completions are of all commands")
      }
      if isManPage, completions != nil { throw ToolError(.usage, "--man and --completions can't go together") }
      if isManPage { return ManPage.text(Self.summary, Self.commands) }
      if let completions { return completions.script(Self.commands) }
      let columns = Terminal.standard.columns
      guard let command else { return Self.overview(columns: columns) }
      guard let found = Self.commands.first(where: { $0.name == command }) else { throw Self.unknown(command) }
      return found.helpText(columns: columns)
    }
  }
}
