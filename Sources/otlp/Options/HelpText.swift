/// Help in two columns. The right column is wrapped.
package enum HelpText {
  private static let leftColumns = 30
  private static let narrowLeftColumns = 6
  // Longer lines are hard to read.
  private static let maxColumns = 100

  /// The help of a command for a terminal of `columns` columns.
  package static func text(of command: CommandDescription, columns: Int = Terminal.defaultColumns) -> String {
    let place = command.operand.map { " " + $0.synopsis } ?? ""
    var text = paragraph("otlp \(command.name): \(command.summary)", columns: columns) + "\n"
    text += paragraph("usage: otlp \(command.name) [OPTIONS]\(place)", columns: columns) + "\n"
    if let operand = command.operand, let place = operand.placeholder {
      text += row(place, operand.help, columns: columns) + "\n"
    }
    text += "options:\n"
    for option in command.options {
      text += row("--\(option.name)\(option.placeholder.map { " \($0)" } ?? "")", option.fullHelp, columns: columns)
    }
    if !command.notes.isEmpty { text += "\n" + paragraph(command.notes, columns: columns) }
    return text
  }

  static func row(_ name: String, _ help: String, columns: Int) -> String {
    let width = min(columns, maxColumns)
    // On a narrow terminal the text goes below the name.
    let left = width >= 2 * leftColumns ? leftColumns : narrowLeftColumns
    let indent = String(repeating: " ", count: left)
    let lines = TerminalWidth.wrapped(help, to: width - left)
    var text = "  " + TerminalWidth.cut(name, to: width - 2)
    let used = TerminalWidth.columns(text)
    text += used < left - 1 ? String(repeating: " ", count: left - used) : "\n" + indent
    return text + lines.joined(separator: "\n" + indent) + "\n"
  }

  /// Keeps the lines of `text` and wraps lines that are too long.
  static func paragraph(_ text: String, columns: Int) -> String {
    let width = min(columns, maxColumns)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      TerminalWidth.columns(line) <= width
        ? "\(line)\n" : TerminalWidth.wrapped(line, to: width).joined(separator: "\n") + "\n"
    }.joined()
  }
}
