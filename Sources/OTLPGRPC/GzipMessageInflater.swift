internal import GRPCClient
internal import OTLPExport

/// Inflates gzip responses for a gRPC channel.
struct GzipMessageInflater: MessageInflater {
  func inflate(_ message: UnsafeRawBufferPointer, limit: Int) throws(MessageInflaterError) -> [UInt8] {
    do throws(GzipError) {
      return try unsafe Gzip.inflate(message, limit: limit)
    } catch {
      throw error == .tooLarge ? .tooLarge : .damaged
    }
  }
}
