internal import COTLPSystem
internal import TelemetryCore

/// The width and the colour support of a terminal.
package struct Terminal: Hashable, Sendable {
  /// The columns if neither environment nor system gives a number.
  package static let defaultColumns = 80
  /// The limits of the layout, whatever the terminal's width.
  package static let permittedColumns = 20...1000

  package var columns: Int
  package var hasColor: Bool
  /// False if the output goes elsewhere: into a file, or to another program.
  package var isInteractive: Bool

  package init(columns: Int = defaultColumns, hasColor: Bool = false, isInteractive: Bool = true) {
    self.isInteractive = isInteractive
    self.columns = min(max(columns, Self.permittedColumns.lowerBound), Self.permittedColumns.upperBound)
    self.hasColor = hasColor
  }

  /// Takes the width from `COLUMNS` if that is a number, else from the system, else 80. There is colour on a terminal
  /// that isn't dumb, unless `NO_COLOR` is set.
  /// - Parameter systemColumns: The width from the system; nil if the output is no terminal, 0 if the system has none.
  package init(systemColumns: Int?, environment: [String: String]) {
    let asked = environment["COLUMNS"].flatMap { Int(decimal: $0) }
    let columns = [asked, systemColumns].compactMap { $0 }.first { $0 > 0 } ?? Self.defaultColumns
    let isDumb = ["", "dumb"].contains(environment["TERM"] ?? "")
    self.init(
      columns: columns, hasColor: systemColumns != nil && !isDumb && (environment["NO_COLOR"] ?? "").isEmpty,
      isInteractive: systemColumns != nil)
  }

  /// The terminal of standard output.
  package static var standard: Terminal { Terminal(.standard) }

  /// The terminal of standard error.
  package static var standardError: Terminal { Terminal(.error) }

  private init(_ output: TextOutput) {
    self.init(
      systemColumns: output.isTerminal ? Int(COTLPSystem_terminal_columns(output.descriptor)) : nil,
      environment: Process.environment)
  }

  /// The text in a style, if the terminal has colour.
  /// - Parameter style: The numbers of ECMA-48's SGR, such as `31`.
  package func styled(_ text: String, _ style: String) -> String {
    hasColor && !text.isEmpty ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
  }
}
