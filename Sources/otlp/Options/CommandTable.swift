/// A command's options and its texts. Parser, help, man page and completions are made from it.
package struct CommandTable<Settings>: Sendable {
  package let name: String
  package let options: [Option<Settings>]
  let operand: Option<Settings>?
  private let summary: String
  private let notes: String

  init(
    _ name: String, _ summary: String, notes: String = "", options: [Option<Settings>],
    operand: Option<Settings>? = nil
  ) {
    self.name = name
    self.summary = summary
    self.notes = notes
    self.options = options
    self.operand = operand
  }

  package var description: CommandDescription {
    CommandDescription(
      name: name, summary: summary, notes: notes,
      options: options.map(\.description) + [OptionDescription("help", nil, "show this help")],
      operand: operand?.description)
  }
}
