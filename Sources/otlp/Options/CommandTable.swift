/// A command's options and texts. Parser, help, man page and completions use the same table.
package struct CommandTable<Settings>: Sendable {
  package let description: CommandDescription
  package let options: [Option<Settings>]
  let operand: Option<Settings>?

  package var name: String { description.name }

  init(
    _ name: String, _ summary: String, notes: String = "", options: [Option<Settings>],
    operand: Option<Settings>? = nil
  ) {
    description = CommandDescription(
      name: name, summary: summary, notes: notes,
      options: options.map(\.description) + [OptionDescription("help", nil, "show this help")],
      operand: operand?.description)
    self.options = options
    self.operand = operand
  }
}
