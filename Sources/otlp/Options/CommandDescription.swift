/// The parts of a command that help, man page and completions show.
package struct CommandDescription: Sendable {
  package let name: String
  /// The line of the command in the overview.
  package let summary: String
  /// Text that follows the options in the help.
  package let notes: String
  package let options: [OptionDescription]
  package let operand: OptionDescription?
}
