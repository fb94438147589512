package import TelemetryCore

/// What one attempt to move bytes gave.
package enum IOResult: Sendable, Equatable {
  /// So many bytes were moved, at least one.
  case bytes(Int)
  /// Nothing can be moved now; readiness will be reported.
  case wouldBlock
  /// The peer ended its side in order (reading only).
  case end
  /// The stream is dead.
  case failed(SystemError)
}

/// A run of bytes that the caller keeps alive during one write.
@unsafe
package struct IOSlice {
  package var start: UnsafeRawPointer
  package var count: Int

  package init(start: UnsafeRawPointer, count: Int) {
    unsafe self.start = unsafe start
    unsafe self.count = count
  }
}

/// A connected byte stream that never blocks: a socket, or an end of a simulated one.
///
/// It belongs to one event loop and is used on its thread only. Readiness is edge-triggered: after
/// `activate(_:)` the handler hears of each change, and nothing more until an operation gave `wouldBlock`.
package protocol Transport: AnyObject {
  /// Starts the reports of readiness to `handler`; the first one comes at once if the stream is ready. Whoever got them
  /// before gets no more.
  func activate(_ handler: any LoopHandler) throws(SystemError)

  /// Writes the slices in order, in one system call; possibly only a part of them.
  func write(_ slices: UnsafeBufferPointer<IOSlice>) -> IOResult

  /// Reads what is there into `buffer`. Fewer bytes than fit mean that nothing more is there now, as `wouldBlock` does:
  /// whatever comes later is reported.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> IOResult

  /// Ends the stream at once. Reports end, a second call does nothing.
  func close()

  /// Bounds how long sent bytes may stay unacknowledged before the stream is dead, where the system has such a bound
  /// (Linux: TCP_USER_TIMEOUT).
  func setUserTimeout(_ timeout: Duration)

  /// The peer in words, such as `127.0.0.1:4317`, for messages.
  var peer: String { get }
}

extension Transport {
  /// Does nothing: what a transport without such a bound does.
  package func setUserTimeout(_ timeout: Duration) {}
}
