internal import GRPCClient
internal import OTLPExport
package import TelemetryCore

/// Inflates gzip responses for a gRPC channel.
package struct GzipMessageInflater: MessageInflater {
  package init() {}

  package func inflate(_ message: UnsafeRawBufferPointer, limit: Int) throws(GzipError) -> [UInt8] {
    try unsafe Gzip.inflate(message, limit: limit)
  }
}
