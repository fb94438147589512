/// The parts of an option, or of an operand, that help, man page and completions show.
package struct OptionDescription: Hashable, Sendable {
  /// The long name without dashes; empty for an operand.
  package let name: String
  /// The placeholder of the value; nil for a flag.
  package let placeholder: String?
  package let help: String
  /// The value that applies without the option; nil if there is none.
  package let defaultValue: String?
  /// The values that shells complete; empty if they complete none.
  package let choices: [String]
  /// The range of allowed values; nil if there is none.
  package let bounds: String?
  /// If true, the option can be given several times.
  package let isRepeatable: Bool
  /// True for an operand that is a command with its arguments: the rest of the command line.
  package let isCommand: Bool

  init(
    _ name: String, _ placeholder: String?, _ help: String, default defaultValue: String? = nil, choices: [String] = [],
    bounds: String? = nil, isRepeatable: Bool = false, isCommand: Bool = false
  ) {
    self.name = name
    self.placeholder = placeholder
    self.help = help
    self.defaultValue = defaultValue
    self.choices = choices
    self.bounds = bounds
    self.isRepeatable = isRepeatable
    self.isCommand = isCommand
  }

  /// The help, followed by the range of values and the default.
  package var fullHelp: String {
    let text = bounds.map { "\(help), \($0)" } ?? help
    return defaultValue.map { "\(text) (default \($0))" } ?? text
  }

  /// The operand in a synopsis.
  package var synopsis: String { isCommand ? "[--] \(placeholder ?? "")" : "[\(placeholder ?? "")]" }

  /// True if the value is the path of a file, as the name of a database may be.
  package var isFile: Bool { placeholder == "FILE" || name == "database" }
}
