package import TelemetryCore

/// Inflates gzip messages. GRPCClient doesn't link zlib, so the owner of a channel provides the inflater.
package protocol MessageInflater: Sendable {
  /// - Parameter limit: The largest inflated message in bytes.
  func inflate(_ message: UnsafeRawBufferPointer, limit: Int) throws(GzipError) -> [UInt8]
}
