internal import OTLPWire
internal import TelemetryCore

extension ExportPipeline {
  /// The compressed message, if it is to be sent so and is smaller.
  func compress(_ request: ExportRequest) async -> BufferSlice? {
    guard let compressor, takesGzip else { return nil }
    let message = request.protobuf
    guard governor != nil else { return await compress(message, compressor) }
    let start = loop.now
    let answerTime = calls.count >= destination.room(at: start) ? destination.answerTime : nil
    guard governor?.admits(bytes: message.count, at: start, answerTime: answerTime) == true else { return nil }
    let result = await compress(message, compressor)
    governor?.compressed(message.count, to: result?.count, took: loop.now - start)
    return result
  }

  private func compress(_ message: BufferSlice, _ compressor: MessageCompressor) async -> BufferSlice? {
    guard let runtime, message.count > MessageCompressor.largestOnLoop else { return compressor.compress(message) }
    return await runtime.block { compressor.compress(message) }
  }

  /// Whether the server may take gzip: it has not refused it on the present connections. Behind the next one there may
  /// be another server.
  private var takesGzip: Bool {
    guard let refused = gzipRefusedAt else { return true }
    guard refused != transport.connectionsMade else { return false }
    gzipRefusedAt = nil
    return true
  }

  /// The server took uncompressed what it had refused compressed.
  func rememberRefusedCompression() {
    guard gzipRefusedAt == nil else { return }
    gzipRefusedAt = transport.connectionsMade
    reporter.compressionRefused()
  }
}
