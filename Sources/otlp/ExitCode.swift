/// The exit codes of the tool, by the names of BSD's sysexits.
package enum ExitCode: Int32, Sendable {
  /// Everything was delivered.
  case success = 0
  /// An option or argument is invalid.
  case usage = 64
  /// Some of the input is invalid.
  case badData = 65
  /// An input file can't be read.
  case noInput = 66
  /// Something was not delivered.
  case loss = 69
  /// A certificate or an environment variable can't be used, or the system refused a resource.
  case configuration = 78
}
