internal import TelemetryCore

// Frames without end, which are sent without nghttp2.
extension CollectorConnection {
  private static let chunksInARow = 4

  func startFlood(_ flood: Response.Flood, _ stream: Int32) {
    append(flood.opening(stream: stream))
    continueFlood(flood.chunk(stream: stream), after: .zero)
  }

  /// Sends chunks as fast as the client reads them, and pauses between.
  private func continueFlood(_ chunk: [UInt8], after pause: Duration) {
    floodTimer = loop.schedule(at: Deadline(loop.now + pause)) { [weak self] in
      self?.assumeIsolated { connection in
        connection.floodTimer = nil
        for _ in 0..<CollectorConnection.chunksInARow where !connection.isClosed && connection.isDrained {
          connection.append(chunk)
          connection.flush()
        }
        if !connection.isClosed { connection.continueFlood(chunk, after: .milliseconds(1)) }
      }
    }
  }
}
