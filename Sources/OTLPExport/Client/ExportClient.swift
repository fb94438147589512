package import OTLPWire
package import TelemetryCore
package import TelemetrySDK

/// Turns a message in protobuf into another encoding behind five bytes of any content, which is compressed and sent instead.
package typealias MessageEncoder = @Sendable (_ message: BufferSlice, _ signal: OTLPSignal) -> BufferSlice?

/// Sends export requests to a server, an attempt per call, without retry.
package protocol ExportClient: Sendable {
  /// The number of connections established so far. Knowledge of a connection is void when the number changes. Default 0.
  var connectionsMade: Int { get }

  /// Makes the client's own encoding of a message; nil if the client sends protobuf as it is, the default.
  var encoder: MessageEncoder? { get }

  /// Sends a request and waits for the response until `deadline`, or until the task is cancelled.
  /// - Parameter headers: The valid headers of this request; nil for the client's own.
  func send(
    _ message: OutgoingMessage, headers: OTLPHeaders?, deadline: Deadline
  ) async -> Result<ExportResponse, AttemptFailure>

  /// Ends the client's own pauses, such as the connection back-off. Called on the client's loop. Default: nothing.
  func expedite()

  /// Ends open calls at `deadline` at the latest; later calls fail at once.
  func shutdown(deadline: Deadline) async
}

/// A request's message as it is sent.
package struct OutgoingMessage: Sendable {
  /// The message behind five bytes, which are gRPC's prefix with the flag for compression set.
  package let bytes: BufferSlice
  package let signal: OTLPSignal
  package let isCompressed: Bool

  package init(bytes: BufferSlice, signal: OTLPSignal, isCompressed: Bool) {
    self.bytes = bytes
    self.signal = signal
    self.isCompressed = isCompressed
  }
}

extension BufferSlice {
  /// The message without the five bytes in front of it.
  package var withoutPrefix: BufferSlice { BufferSlice(buffer: buffer, range: range.dropFirst(5)) }
}

extension ExportClient {
  package var connectionsMade: Int { 0 }
  package var encoder: MessageEncoder? { nil }
  package func expedite() {}
}
