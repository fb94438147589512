package import TelemetryCore

/// How the tool ends, by the names of BSD's sysexits.
package enum ExitCode: Int32, Sendable {
  /// Everything that was asked for was delivered.
  case success = 0
  /// The command line can't be understood.
  case usage = 64
  /// Some of the input isn't what it should be.
  case badData = 65
  /// An input file can't be read.
  case noInput = 66
  /// Something was not delivered.
  case loss = 69
  /// A certificate, the environment or the system doesn't allow it.
  case configuration = 78
}

/// Why a command stops: one sentence for standard error, and the exit code.
package struct ToolError: Error, Hashable, Sendable, CustomStringConvertible {
  package let code: ExitCode
  package let description: String

  package init(_ code: ExitCode, _ description: String) {
    self.code = code
    self.description = description
  }

  /// A refused value of the command line.
  package init(usage error: ConfigurationError) { self.init(.usage, error.description) }
}
