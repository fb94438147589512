internal import OTLPWire
internal import TelemetryCore
internal import TelemetrySDK

// Encoding and compression, of large messages on a blocking thread.
extension Delivery {
  /// The end of encoding or compression; no message if the one before is to be sent.
  struct Prepared: Sendable {
    let message: BufferSlice?
  }

  /// A message that a blocking thread works on.
  struct ThreadWork {
    let signal: OTLPSignal
    /// nil if the export gave up.
    let done = Promise<Prepared?>()
  }

  /// The message in the client's own encoding, if it has one.
  /// - Returns: nil if the export has ended before.
  func encode(_ export: ExportState) async -> Prepared? {
    guard client.hasOwnEncoding else { return Prepared(message: nil) }
    let (message, signal) = (export.part.request.protobuf, export.signal)
    guard let runtime, message.count > MessageCompressor.largestOnLoop else {
      return Prepared(message: client.encoded(message, signal))
    }
    return await onThread(of: runtime, export) { [client] in client.encoded(message, signal) }
  }

  /// The compressed message, unless the message is better sent uncompressed.
  /// - Returns: nil if the export has ended before.
  func compress(_ export: ExportState) async -> Prepared? {
    guard let compressor, isGzipAccepted else { return Prepared(message: nil) }
    let message = export.part.encoded?.withoutPrefix ?? export.part.request.protobuf
    guard governor != nil else { return await compress(message, compressor, export) }
    let start = loop.now
    let responseTime = active.count >= destination.room(at: start) ? destination.responseTime : nil
    guard governor?.admits(bytes: message.count, at: start, responseTime: responseTime) == true else {
      return Prepared(message: nil)
    }
    let result = await compress(message, compressor, export)
    governor?.compressed(message.count, to: result?.message?.count, took: loop.now - start)
    return result
  }

  private func compress(
    _ message: BufferSlice, _ compressor: MessageCompressor, _ export: ExportState
  ) async -> Prepared? {
    guard let runtime, message.count > MessageCompressor.largestOnLoop else {
      return Prepared(message: compressor.compress(message))
    }
    return await onThread(of: runtime, export) { compressor.compress(message) }
  }

  /// False if the server refused gzip on the present connections. A later connection may lead to another server.
  private var isGzipAccepted: Bool {
    guard let refused = gzipRefusedAt else { return true }
    guard refused != client.connectionsMade else { return false }
    gzipRefusedAt = nil
    return true
  }

  /// Does work on a blocking thread. All threads may be stuck, as in look-ups of names, so the export waits until its own end only.
  private func onThread(
    of runtime: TelemetryRuntime, _ export: ExportState, _ work: @escaping @Sendable () -> BufferSlice?
  ) async -> Prepared? {
    // Work that was given up may stay queued for long, and must not keep the message.
    let queued = Locked<(@Sendable () -> BufferSlice?)?>(work)
    let thread = ThreadWork(signal: export.signal)
    let done = thread.done
    threadWork[export.number] = thread
    defer {
      threadWork[export.number] = nil
      queued.withLock { $0 = nil }
    }
    runtime.startBlocking {
      let work = queued.withLock { $0.take() }
      done.fulfil(Prepared(message: work?()))
    }
    while true {
      let result = await withTaskCancellationHandler {
        await done.value(until: softDeadline(export), on: loop)
      } onCancel: {
        done.fulfil(nil)
      }
      if let result { return result }
      if Task.isCancelled || softDeadline(export).hasPassed(at: loop.now) { return nil }
    }
  }

  /// Ends the exports of a signal that wait for a thread: their deadline was another when they began to wait.
  func endThreadWork(_ signal: OTLPSignal) {
    for work in threadWork.values where work.signal == signal { work.done.fulfil(nil) }
  }
}
