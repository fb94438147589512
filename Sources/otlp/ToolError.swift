package import TelemetryCore

/// The error that ends a command: a sentence for standard error, and the exit code.
package struct ToolError: Error, Hashable, Sendable, CustomStringConvertible {
  package let code: ExitCode
  package let description: String

  package init(_ code: ExitCode, _ description: String) {
    self.code = code
    self.description = description
  }

  /// An invalid value on the command line.
  package init(usage error: ConfigurationError) { self.init(.usage, error.description) }
}
