internal import COTLPSystem
internal import TelemetryCore

/// What text may look like where it is shown: its width, and whether it may have colour.
package struct Terminal: Hashable, Sendable {
  /// The columns of a terminal that doesn't tell.
  package static let defaultColumns = 80
  /// Narrower or wider than this no text is laid out, whatever the terminal says.
  package static let permittedColumns = 20...1000

  package var columns: Int
  package var hasColor: Bool

  package init(columns: Int = defaultColumns, hasColor: Bool = false) {
    self.columns = min(max(columns, Self.permittedColumns.lowerBound), Self.permittedColumns.upperBound)
    self.hasColor = hasColor
  }

  /// `COLUMNS` if it is a number of columns, else what the system says of the terminal, else 80. Colour on a terminal
  /// that isn't dumb, unless `NO_COLOR` holds something.
  /// - Parameter systemColumns: What the system says; nil if the output isn't a terminal, 0 if it doesn't know.
  package init(systemColumns: Int?, environment: [String: String]) {
    let asked = environment["COLUMNS"].flatMap { Int(decimal: $0) }
    let columns = [asked, systemColumns].compactMap { $0 }.first { $0 > 0 } ?? Self.defaultColumns
    let isDumb = ["", "dumb"].contains(environment["TERM"] ?? "")
    self.init(
      columns: columns, hasColor: systemColumns != nil && !isDumb && (environment["NO_COLOR"] ?? "").isEmpty)
  }

  /// Standard output.
  package static var standard: Terminal { Terminal(.standard) }

  /// Standard error.
  package static var standardError: Terminal { Terminal(.error) }

  private init(_ output: TextOutput) {
    self.init(
      systemColumns: output.isTerminal ? Int(COTLPSystem_terminal_columns(output.descriptor)) : nil,
      environment: Process.environment)
  }

  /// Text in a colour or in bold type, as the numbers of ECMA-48's SGR say; plain without colour.
  package func styled(_ text: String, _ style: String) -> String {
    hasColor && !text.isEmpty ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
  }
}
