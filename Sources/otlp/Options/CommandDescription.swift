/// A command's table without what its options do: what help, the man page and the shells' completions are made of.
package struct CommandDescription: Sendable {
  package struct Entry: Sendable {
    package let name: String
    /// What stands for the value; nil for a flag.
    package let placeholder: String?
    package let help: String
    package let standard: String?
    /// The words that the value can be; none if it can be others.
    package let choices: [String]

    /// The help with the value that holds without the option.
    package var fullHelp: String { standard.map { "\(help) (default \($0))" } ?? help }
    /// Whether the value is the path of a file.
    package var isFile: Bool { placeholder == "FILE" }
  }

  package let name: String
  package let summary: String
  package let notes: String
  package let options: [Entry]
  package let operand: Entry?
}

extension CommandTable {
  package var description: CommandDescription {
    CommandDescription(
      name: name, summary: summary, notes: notes,
      options: options.map {
        .init(
          name: $0.name, placeholder: $0.placeholder, help: $0.help, standard: $0.standard, choices: $0.choices)
      } + [.init(name: "help", placeholder: nil, help: "show this", standard: nil, choices: [])],
      operand: operand.map {
        .init(name: "", placeholder: $0.placeholder, help: $0.help, standard: nil, choices: $0.choices)
      })
  }

  /// What `--help` prints on a terminal of so many columns.
  package func helpText(columns: Int = Terminal.defaultColumns) -> String { description.helpText(columns: columns) }
}
