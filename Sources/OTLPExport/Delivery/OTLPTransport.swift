package import OTLPWire
package import TelemetryCore

/// What carries requests to a server: one attempt each time, no retry.
package protocol OTLPTransport: Sendable {
  /// How many connections have come about so far; what is known of a connection ends with the next one. Default 0.
  var connectionsMade: Int { get }

  /// Sends a request and waits for its answer until `deadline`, or until the task is cancelled.
  /// - Parameters:
  ///   - message: With gRPC's five-byte prefix, whose flag says whether it is compressed.
  ///   - headers: Of this request, checked; nil if all are the transport's own.
  func send(
    _ message: BufferSlice, isCompressed: Bool, headers: OTLPHeaders?, deadline: Deadline
  ) async -> AttemptResult

  /// Ends open calls at `deadline`, if not by themselves before; later calls fail at once.
  func shutdown(deadline: Deadline) async
}

extension OTLPTransport {
  package var connectionsMade: Int { 0 }
}

/// What one attempt gave.
package enum AttemptResult: Sendable {
  case accepted(ExportResponse)
  case failed(AttemptFailure)
}
