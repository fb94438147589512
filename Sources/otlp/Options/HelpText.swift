extension CommandDescription {
  /// What `--help` prints.
  package var helpText: String {
    var text = "otlp \(name): \(summary)\n\nusage: otlp \(name) [OPTIONS]"
    if let place = operand?.placeholder { text += " [\(place)]" }
    text += "\n\n"
    if let operand, let place = operand.placeholder { text += HelpColumns.row(place, operand.help) + "\n" }
    text += "options:\n"
    text += options.map { HelpColumns.row($0.usage, $0.fullHelp) }.joined()
    if !notes.isEmpty { text += "\n\(notes)\n" }
    return text
  }
}

extension CommandDescription.Entry {
  fileprivate var usage: String { placeholder.map { "--\(name) \($0)" } ?? "--\(name)" }
}

/// Two columns, the right one wrapped.
package enum HelpColumns {
  private static let left = 30
  private static let width = 100

  package static func row(_ name: String, _ help: String) -> String {
    let indent = String(repeating: " ", count: left)
    var line = "  " + name
    line += line.count < left - 1 ? String(repeating: " ", count: left - line.count) : "\n" + indent
    var column = left
    for word in help.split(separator: " ") {
      if column > left, column + 1 + word.count > width {
        line += "\n" + indent
        column = left
      }
      line += column > left ? " \(word)" : "\(word)"
      column += word.count + 1
    }
    return line + "\n"
  }
}
