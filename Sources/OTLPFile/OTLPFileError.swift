public import TelemetryCore

/// The reason why a file can't be used, or why items were not written.
public struct OTLPFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's path, or the name of the descriptor.
  public let output: String
  /// The reason in plain words.
  public let reason: String
  /// The failed call of the system; nil for a reason of another kind.
  public let cause: SystemError?

  init(_ output: String, _ reason: String, _ cause: SystemError? = nil) {
    self.output = output
    self.reason = reason
    self.cause = cause
  }

  init(_ output: String, _ cause: SystemError) { self.init(output, Self.words(cause), cause) }

  /// The output, the reason, and the system's text for the error.
  public var description: String {
    "\(output): \(reason)" + (cause.map { $0.description == reason ? "" : " (\($0))" } ?? "")
  }

  private static func words(_ error: SystemError) -> String {
    FileFailure.words[error.code].map { $0(error.call) } ?? error.description
  }
}
