internal import TelemetryCore

/// One option of a command: parser, `--help` and whatever else is made of a command's options read this.
package struct Option<Settings>: Sendable {
  /// The long name without its dashes.
  package let name: String
  /// What stands for the value in `--help`; nil for a flag.
  package let placeholder: String?
  /// What it does, in a few words.
  package let help: String
  /// The value that holds without the option, as `--help` shows it.
  package let standard: String?
  /// The words that the value can be, for shells to complete; none if it can be others.
  package let choices: [String]
  let set: @Sendable (inout Settings, OptionValue) throws(ConfigurationError) -> Void

  /// An option with a value.
  init(
    _ name: String, _ placeholder: String, _ help: String, default standard: String? = nil, choices: [String] = [],
    set: @escaping @Sendable (inout Settings, OptionValue) throws(ConfigurationError) -> Void
  ) {
    self.init(name: name, placeholder: placeholder, help: help, standard: standard, choices: choices, set: set)
  }

  /// A flag.
  init(flag name: String, _ help: String, set: @escaping @Sendable (inout Settings) -> Void) {
    self.name = name
    placeholder = nil
    self.help = help
    standard = nil
    choices = []
    self.set = { (settings: inout Settings, _: OptionValue) throws(ConfigurationError) in set(&settings) }
  }

  /// The same option of settings that have these as a part.
  package func within<Whole>(_ path: any WritableKeyPath<Whole, Settings> & Sendable) -> Option<Whole> {
    let set = set
    return Option<Whole>(name: name, placeholder: placeholder, help: help, standard: standard, choices: choices) {
      (whole: inout Whole, value: OptionValue) throws(ConfigurationError) in try set(&whole[keyPath: path], value)
    }
  }

  private init(
    name: String, placeholder: String?, help: String, standard: String?, choices: [String],
    set: @escaping @Sendable (inout Settings, OptionValue) throws(ConfigurationError) -> Void
  ) {
    self.name = name
    self.placeholder = placeholder
    self.help = help
    self.standard = standard
    self.choices = choices
    self.set = set
  }
}

/// A file or the like that may follow the options.
package struct Operand<Settings>: Sendable {
  package let placeholder: String
  package let help: String
  /// The words that it can be, for shells to complete; none if it can be others.
  package let choices: [String]
  let set: @Sendable (inout Settings, String) -> Void

  package init(
    _ placeholder: String, _ help: String, choices: [String] = [],
    set: @escaping @Sendable (inout Settings, String) -> Void
  ) {
    self.placeholder = placeholder
    self.help = help
    self.choices = choices
    self.set = set
  }
}

/// What can be said to a command, and how it explains itself.
package struct CommandTable<Settings>: Sendable {
  package let name: String
  /// One line for the list of commands.
  package let summary: String
  /// What else there is to know, in lines of at most 80 characters.
  package let notes: String
  package let options: [Option<Settings>]
  package let operand: Operand<Settings>?

  package init(
    _ name: String, _ summary: String, notes: String = "", options: [Option<Settings>],
    operand: Operand<Settings>? = nil
  ) {
    self.name = name
    self.summary = summary
    self.notes = notes
    self.options = options
    self.operand = operand
  }
}
