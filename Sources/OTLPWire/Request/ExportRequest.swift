package import TelemetryCore
package import TelemetrySDK

/// An encoded `ExportTraceServiceRequest`, `ExportLogsServiceRequest` or `ExportMetricsServiceRequest`, ready to be sent.
package struct ExportRequest: Sendable {
  /// The five-byte gRPC prefix (not compressed, length) and the message, contiguous.
  package let message: BufferSlice
  package let signal: OTLPSignal
  /// The number of spans, log records or data points.
  package let itemCount: Int

  /// The maximum length of a message in the gRPC prefix. A larger message must not be sent.
  package static let maxMessageBytes = Int(UInt32.max)

  /// The message without the gRPC prefix.
  package var protobuf: BufferSlice {
    BufferSlice(buffer: message.buffer, range: message.range.dropFirst(5))
  }
}

extension ExportRequest {
  /// The bytes of a writer with a buffer: the gRPC prefix and the message.
  init(_ writer: borrowing ProtobufWriter, _ signal: OTLPSignal, itemCount: Int) {
    let message = writer.slice ?? BufferSlice(buffer: RawBuffer(capacity: 0), range: 0..<0)
    self.init(message: message, signal: signal, itemCount: itemCount)
  }
}

extension ProtobufWriter {
  /// Writes a `ResourceSpans` or `ScopeSpans`, or those of another signal, with the fields of `header` around the items that `items` writes.
  @inline(__always)
  mutating func group(_ tag: UInt8, _ header: ScopeHeader, _ items: (inout ProtobufWriter) -> Void) {
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
