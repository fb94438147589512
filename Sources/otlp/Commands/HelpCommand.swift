internal import TelemetryCore

/// `otlp help`.
package struct HelpCommand: ToolCommand {
  package var isManPage = false
  package var completions: Completions?
  package var command: String?

  package init() {}

  package static let table = CommandTable<HelpCommand>(
    "help", "explains the tool or a command; prints the man page and completions for shells",
    notes: """
      otlp help --man > otlp.1
      otlp help --completions bash > /etc/bash_completion.d/otlp
      """,
    options: [
      Option(flag: "man", "print the man page, in roff", \.isManPage),
      Option(
        "completions", "SHELL", "print a script with completions for bash, zsh or fish", \.completions,
        .choice(["bash": .bash, "zsh": .zsh, "fish": .fish])),
    ],
    operand: .operand(
      "COMMAND", "the command to explain", \.command,
      OptionReader<String>.text(completing: [
        "demo", "send", "exec", "span", "load", "receive", "traces", "show", "doctor", "help",
      ])
      .optional))

  /// All commands in the order of the overview.
  static let types: [any ToolCommand.Type] = [
    DemoCommand.self, SendCommand.self, ExecCommand.self, SpanCommand.self, LoadCommand.self, ReceiveCommand.self,
    TracesCommand.self, ShowCommand.self, DoctorCommand.self, HelpCommand.self,
  ]

  package static var commands: [CommandDescription] { types.map { $0.description } }

  package static let summary = "sends and receives telemetry by the OpenTelemetry protocol"

  /// The help of the tool for a terminal of `columns` columns.
  package static func overview(columns: Int = Terminal.defaultColumns) -> String {
    HelpText.paragraph("otlp: \(summary)\n\nusage: otlp COMMAND [OPTIONS]\n", columns: columns)
      + commands.map { HelpText.row($0.name, $0.summary, columns: columns) }.joined()
      + "\n" + HelpText.paragraph("'otlp COMMAND --help' explains a command.", columns: columns)
  }

  /// The error for a command that doesn't exist.
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
          .usage, "unexpected argument '\(Redaction.shown(command))': --man and --completions cover all commands")
      }
      if isManPage, completions != nil { throw ToolError(.usage, "--man and --completions exclude each other") }
      if isManPage { return ManPage.text(Self.summary, Self.commands) }
      if let completions { return completions.script(Self.commands) }
      let columns = Terminal.standard.columns
      guard let command else { return Self.overview(columns: columns) }
      guard let found = Self.commands.first(where: { $0.name == command }) else { throw Self.unknown(command) }
      return HelpText.text(of: found, columns: columns)
    }
  }
}
