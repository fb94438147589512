package import OTLPWire
package import TelemetryCore

/// Sends export requests to a server, an attempt per call, without retry.
package protocol ExportClient: Sendable {
  /// The number of connections established so far. Knowledge of a connection is void when the number changes. Default 0.
  var connectionsMade: Int { get }

  /// Sends a request and waits for the response until `deadline`, or until the task is cancelled.
  /// - Parameters:
  ///   - message: The message with gRPC's five-byte prefix, with the flag for compression set.
  ///   - headers: The valid headers of this request; nil for the client's own.
  func send(
    _ message: BufferSlice, isCompressed: Bool, headers: OTLPHeaders?, deadline: Deadline
  ) async -> Result<ExportResponse, AttemptFailure>

  /// Ends the client's own pauses, such as the connection back-off. Default: nothing.
  func expedite() async

  /// Ends open calls at `deadline` at the latest; later calls fail at once.
  func shutdown(deadline: Deadline) async
}

extension ExportClient {
  package var connectionsMade: Int { 0 }
  package func expedite() async {}
}
