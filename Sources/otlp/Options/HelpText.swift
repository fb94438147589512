extension CommandDescription {
  /// What `--help` prints on a terminal of so many columns.
  package func helpText(columns: Int = Terminal.defaultColumns) -> String {
    var usage = "usage: otlp \(name) [OPTIONS]"
    if let place = operand?.placeholder { usage += " [\(place)]" }
    var text = HelpColumns.paragraph("otlp \(name): \(summary)", columns: columns) + "\n"
    text += HelpColumns.paragraph(usage, columns: columns) + "\n"
    if let operand, let place = operand.placeholder {
      text += HelpColumns.row(place, operand.help, columns: columns) + "\n"
    }
    text += "options:\n"
    text += options.map { HelpColumns.row($0.usage, $0.fullHelp, columns: columns) }.joined()
    if !notes.isEmpty { text += "\n" + HelpColumns.paragraph(notes, columns: columns) }
    return text
  }
}

extension CommandDescription.Entry {
  fileprivate var usage: String { placeholder.map { "--\(name) \($0)" } ?? "--\(name)" }
}

/// Two columns, the right one wrapped.
package enum HelpColumns {
  private static let left = 30
  // Lines that are longer are hard to read.
  private static let widest = 100

  package static func row(_ name: String, _ help: String, columns: Int = Terminal.defaultColumns) -> String {
    let width = min(columns, widest)
    // On a narrow terminal the text stands below the name.
    let left = width >= 2 * left ? left : 6
    let indent = String(repeating: " ", count: left)
    let lines = TextWidth.wrapped(help, to: width - left)
    var text = "  " + TextWidth.cut(name, to: width - 2)
    let used = TextWidth.columns(text)
    text += used < left - 1 ? String(repeating: " ", count: left - used) : "\n" + indent
    return text + lines.joined(separator: "\n" + indent) + "\n"
  }

  /// Lines of text, those that are too long wrapped.
  package static func paragraph(_ text: String, columns: Int) -> String {
    let width = min(columns, widest)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      TextWidth.columns(line) <= width ? "\(line)\n" : TextWidth.wrapped(line, to: width).joined(separator: "\n") + "\n"
    }.joined()
  }
}
