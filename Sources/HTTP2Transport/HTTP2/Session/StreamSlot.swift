internal import TelemetryCore

/// A slot of the session's table: an open stream and the request.
// SAFETY: `SessionStorage.answer` alone resumes the continuation, and clears it. `buffer` holds the body's memory.
@safe
struct StreamSlot {
  enum State {
    /// The slot has no stream.
    case free
    /// The caller waits for the response.
    case open
    /// The caller has the response, and nghttp2 still knows the stream.
    case answered
  }

  var state = State.free
  /// The id of the request, for its cancellation. The index of a slot is used again.
  var id: UInt64 = 0
  var stream: Int32 = 0
  var deadline = Deadline.never
  /// The number of inputs of the session when the request began.
  var receivedBefore: UInt64 = 0
  var continuation: UnsafeContinuation<HTTP2Response, Never>?
  /// The header fields, from which nghttp2 reads until they are sent.
  var headers: HeaderBlock?
  var buffer: RawBuffer?
  var response = ResponseAssembler()
  /// The body in the memory of `buffer`; nil once the body is released.
  var body: UnsafeRawPointer?
  var bodyCount = 0
  var maxResponseBytes = 0
  /// The number of bytes of the body that were appended to the output.
  var sent = 0
  /// The output's position after the latest DATA frame.
  var dataEnd = 0
  /// True if the end of the request was appended to the output.
  var isRequestComplete = false
  /// The server's RST_STREAM.
  var resetCode: UInt32?

  /// The fate of a request that ends without response.
  /// - Parameters:
  ///   - written: The position up to which the output was written.
  ///   - cut: Whether no more output will be written. Otherwise one DATA frame may follow.
  ///   - maxFrameBytes: The largest payload of a DATA frame.
  func fate(written: Int, cut: Bool, maxFrameBytes: Int) -> RequestFate {
    // A server can't process an incomplete request.
    if isRequestComplete { return cut && written < dataEnd ? .neverProcessed : .unknown }
    return cut || bodyCount - sent > maxFrameBytes ? .neverProcessed : .unknown
  }
}
