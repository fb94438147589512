internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

// Encoding and compression, of large messages on a blocking thread.
extension Delivery {
  /// A message that a blocking thread works on.
  struct ThreadWork {
    let signal: OTLPSignal
    /// A failure if the export gave up.
    let done = Promise<Result<BufferSlice?, CancellationError>>()
  }

  /// The message in the client's own encoding; nil if it is sent in protobuf.
  /// - Throws: An error if the export has ended before.
  func encode(_ export: ExportState) async throws(CancellationError) -> BufferSlice? {
    guard let encoder = client.encoder else { return nil }
    let signal = export.signal
    return try await transform(export.part.request.protobuf, export) { encoder($0, signal) }
  }

  /// The compressed message; nil if it is better sent uncompressed.
  /// - Throws: An error if the export has ended before.
  func compress(_ export: ExportState) async throws(CancellationError) -> BufferSlice? {
    guard let compressor, isGzipAccepted else { return nil }
    let message = export.part.encoded?.withoutPrefix ?? export.part.request.protobuf
    guard governor != nil else { return try await transform(message, export) { compressor.compress($0) } }
    let start = loop.now
    let responseTime = active.count >= destination.room(at: start) ? destination.responseTime : nil
    guard governor?.admits(bytes: message.count, at: start, responseTime: responseTime) == true else { return nil }
    var result: BufferSlice?
    defer { governor?.compressed(message.count, to: result?.count, took: loop.now - start) }
    result = try await transform(message, export) { compressor.compress($0) }
    return result
  }

  /// False if the server refused gzip on the present connections. A later connection may lead to another server.
  private var isGzipAccepted: Bool {
    guard let refused = gzipRefusedAt else { return true }
    guard refused != client.connectionsMade else { return false }
    gzipRefusedAt = nil
    return true
  }

  /// Does work on a message, on a blocking thread if it is large. All threads may be stuck, as in look-ups of names, so the export waits
  /// until its own end only.
  private func transform(
    _ message: BufferSlice, _ export: ExportState, _ work: @escaping @Sendable (BufferSlice) -> BufferSlice?
  ) async throws(CancellationError) -> BufferSlice? {
    guard let runtime, message.count > MessageCompressor.largestOnLoop else { return work(message) }
    // Work that was given up may stay queued for long, and must not keep the message.
    let queued = Locked<BufferSlice?>(message)
    let thread = ThreadWork(signal: export.signal)
    let done = thread.done
    threadWork[export.number] = thread
    defer {
      threadWork[export.number] = nil
      queued.withLock { $0 = nil }
    }
    runtime.startBlocking {
      let message = queued.withLock { $0.take() }
      done.fulfil(.success(message.flatMap(work)))
    }
    while true {
      let result = await withTaskCancellationHandler {
        await done.value(until: softDeadline(export), on: loop)
      } onCancel: {
        done.fulfil(.failure(CancellationError()))
      }
      if let result { return try result.get() }
      if Task.isCancelled || softDeadline(export).hasPassed(at: loop.now) { throw CancellationError() }
    }
  }

  /// Ends the exports of a signal that wait for a thread: their deadline was another when they began to wait.
  func endThreadWork(_ signal: OTLPSignal) {
    for work in threadWork.values where work.signal == signal { work.done.fulfil(.failure(CancellationError())) }
  }
}
