package import OTLPWire
package import TelemetryCore

/// Sends export requests to a server, an attempt per call, without retry.
package protocol ExportClient: Sendable {
  /// The number of connections established so far. Knowledge of a connection is void when the number changes. Default 0.
  var connectionsMade: Int { get }

  /// The message in the client's own encoding, behind five bytes of any content, which is compressed and sent instead. Default
  /// nil: protobuf, as it is.
  /// - Parameter message: A message in protobuf.
  func encoded(_ message: BufferSlice) -> BufferSlice?

  /// Sends a request and waits for the response until `deadline`, or until the task is cancelled.
  /// - Parameters:
  ///   - message: The message behind five bytes, which are gRPC's prefix with the flag for compression set.
  ///   - headers: The valid headers of this request; nil for the client's own.
  func send(
    _ message: BufferSlice, isCompressed: Bool, headers: OTLPHeaders?, deadline: Deadline
  ) async -> Result<ExportResponse, AttemptFailure>

  /// Ends the client's own pauses, such as the connection back-off. Default: nothing.
  func expedite() async

  /// Ends open calls at `deadline` at the latest; later calls fail at once.
  func shutdown(deadline: Deadline) async
}

extension BufferSlice {
  /// The message without the five bytes in front of it.
  package var withoutPrefix: BufferSlice { BufferSlice(buffer: buffer, range: range.dropFirst(5)) }
}

extension ExportClient {
  package var connectionsMade: Int { 0 }
  package func encoded(_ message: BufferSlice) -> BufferSlice? { nil }
  package func expedite() async {}
}
