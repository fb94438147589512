/// A part of a command's work that failed while the rest went on.
package struct Shortfall: Hashable, Sendable {
  package let code: ExitCode
  package let message: String
  /// True if the command has printed the details already.
  package let isPrinted: Bool

  package init(_ code: ExitCode, _ message: String, isPrinted: Bool = false) {
    self.code = code
    self.message = message
    self.isPrinted = isPrinted
  }
}
