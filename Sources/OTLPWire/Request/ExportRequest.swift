package import TelemetryCore
internal import TelemetrySDK

/// An encoded `ExportTraceServiceRequest`, ready to be sent.
package struct ExportRequest: Sendable {
  /// The five-byte gRPC prefix (not compressed, length) and the message, contiguous.
  package let message: BufferSlice
  /// The number of spans.
  package let itemCount: Int

  /// The gRPC path of the trace service's method `Export` (1.1.1).
  package static let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

  /// The maximum length of a message in the gRPC prefix. A larger message must not be sent.
  package static let maxMessageBytes = Int(UInt32.max)

  /// The message without the gRPC prefix.
  package var protobuf: BufferSlice {
    BufferSlice(buffer: message.buffer, range: message.range.dropFirst(5))
  }
}

extension ExportRequest {
  /// The bytes of a writer with a buffer: the gRPC prefix and the message.
  init(_ writer: borrowing ProtobufWriter, itemCount: Int) {
    let message = writer.slice ?? BufferSlice(buffer: RawBuffer(capacity: 0), range: 0..<0)
    self.init(message: message, itemCount: itemCount)
  }
}

extension ProtobufWriter {
  /// Writes a `ResourceSpans` or `ScopeSpans`, with the fields of `header` around the items that `items` writes.
  @inline(__always)
  mutating func group(_ tag: UInt32, _ header: ScopeHeader, _ items: (inout ProtobufWriter) -> Void) {
    let mark = written
    append(header.schemaURL)
    items(&self)
    append(header.owner)
    prefix(tag, since: mark)
  }

  /// Writes the gRPC prefix before a complete message.
  mutating func grpcPrefix() {
    bigEndian(UInt32(clamping: written))
    byte(0)
  }
}
