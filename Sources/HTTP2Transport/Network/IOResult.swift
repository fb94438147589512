package import TelemetryCore

/// The result of one attempt to read or write.
package enum IOResult: Sendable, Equatable {
  /// The number of bytes that were read or written, at least one.
  case bytes(Int)
  /// Nothing can be read or written now. Readiness will be reported.
  case wouldBlock
  /// The peer ended its side in order (reading only).
  case end
  /// The stream has failed.
  case failed(SystemError)
}
