internal import TelemetryCore

/// One request on its way, in a slot of the session's table.
// SAFETY: the continuation is resumed by `SessionStorage.answer` only, which takes it away; the body's memory is held by
// `buffer`.
@safe
struct StreamSlot {
  enum State {
    /// The slot is free.
    case free
    /// The caller waits.
    case open
    /// The caller has its answer; nghttp2 still knows the stream.
    case answered
  }

  var state = State.free
  /// Names the call for cancellation: slots are used again.
  var id: UInt64 = 0
  var stream: Int32 = 0
  var deadline = Deadline.never
  /// How often something had been received when the call began.
  var receivedBefore: UInt64 = 0
  var continuation: UnsafeContinuation<HTTP2Response, Never>?
  /// nghttp2 reads the header fields from here until they are sent.
  var headers: HeaderBlock?
  var buffer: RawBuffer?
  var response = ResponseAssembler()
  /// Where the body stands in memory (owned by `buffer`; nil once it is let go of), and how much of it has been put into the output.
  var body: UnsafeRawPointer?
  var bodyCount = 0
  var maxResponseBytes = 0
  var sent = 0
  /// The output's position after the last byte of the request; nil until that was put there.
  var endPosition: Int?
  /// The server's RST_STREAM.
  var resetCode: UInt32?

  /// What is known of the work on a request that ends without response.
  /// - Parameters:
  ///   - written: How far the output was written.
  ///   - cut: Whether nothing more of it will be written. Otherwise one DATA frame may still be.
  func fate(written: Int, cut: Bool, maxFrameBytes: Int) -> StreamFate {
    // A server can't process a request of which it doesn't have the end.
    if let endPosition { return cut && written < endPosition ? .neverProcessed : .unknown }
    return cut || bodyCount - sent > maxFrameBytes ? .neverProcessed : .unknown
  }
}
