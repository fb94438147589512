package import TelemetryCore

/// An `ExportTraceServiceRequest` ready to be sent, which remembers where its spans lie.
package struct EncodedRequest: Sendable {
  /// The five-byte gRPC prefix (not compressed, length) and the message, contiguous.
  package let message: BufferSlice
  /// The number of spans.
  package let itemCount: Int

  /// The message without the gRPC prefix.
  package var protobuf: BufferSlice {
    BufferSlice(buffer: message.buffer, range: message.range.dropFirst(5))
  }

  /// Two requests of half the spans each; nil for a single span. Nothing is encoded again: bytes are copied.
  package func split() -> (EncodedRequest, EncodedRequest)? {
    fatalError("not written yet")
  }

  /// Requests of at most `maxMessageBytes` protobuf bytes each, as few as possible in the given order. A span that alone
  /// is larger gets a request of its own.
  package func split(maxMessageBytes: Int) -> [EncodedRequest] {
    fatalError("not written yet")
  }
}
