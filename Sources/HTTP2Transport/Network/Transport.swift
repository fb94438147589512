package import TelemetryCore

/// A connected byte stream that never blocks: a socket, or one end of a simulated connection.
///
/// A transport belongs to one event loop and is used on the loop's thread only. Readiness is edge-triggered: after
/// `activate(_:)` the handler gets each change, and no further report before an operation returned `wouldBlock`.
package protocol Transport: AnyObject {
  /// Starts the reports of readiness to `handler`, the first at once if the stream is ready. An earlier handler gets no
  /// more reports.
  func activate(_ handler: any LoopHandler) throws(SystemError)

  /// Writes the slices in order with one system call, which may write only a part.
  func write(_ slices: UnsafeBufferPointer<IOSlice>) -> IOResult

  /// Reads into `buffer`. A result that doesn't fill the buffer means, as `wouldBlock` does, that no more bytes are there
  /// now, and that later bytes will be reported.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> IOResult

  /// Closes the stream at once and ends the reports. A second call does nothing.
  func close()

  /// Sets the time after which unacknowledged bytes fail the stream, if the system has such a limit (Linux:
  /// TCP_USER_TIMEOUT).
  func setUserTimeout(_ timeout: Duration)

  /// The name of the peer for messages, such as `127.0.0.1:4317`.
  var peer: String { get }
}

extension Transport {
  /// Does nothing, for transports without such a limit.
  package func setUserTimeout(_ timeout: Duration) {}

  /// Writes bytes that lie in one piece; possibly only a part.
  package func write(_ bytes: UnsafeRawBufferPointer) -> IOResult {
    guard let start = bytes.baseAddress else { return .wouldBlock }
    let slice = unsafe IOSlice(start: start, count: bytes.count)
    return unsafe withUnsafePointer(to: slice) { unsafe write(UnsafeBufferPointer(start: $0, count: 1)) }
  }
}
