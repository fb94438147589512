internal import COTLPNGHTTP2
internal import TelemetryCore

// A stream's user data is the index of its slot + 1 as a bit pattern, so that C retains nothing. No access to the storage
// lasts over a call into nghttp2, because the callbacks change the storage.

/// The callbacks of all client sessions, which nghttp2 copies into each session.
@safe
enum SessionCallbacks {
  // SAFETY: made once, never changed or freed.
  nonisolated(unsafe) static let plaintext: OpaquePointer? = unsafe make(readLength: false)
  nonisolated(unsafe) static let limited: OpaquePointer? = unsafe make(readLength: true)

  private static func make(readLength: Bool) -> OpaquePointer? {
    var callbacks: OpaquePointer?
    guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
    unsafe nghttp2_session_callbacks_set_send_callback(callbacks, sendFrame)
    unsafe nghttp2_session_callbacks_set_send_data_callback(callbacks, sendData)
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, beginHeaders)
    unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks, header)
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, dataChunk)
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frameReceived)
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, streamClosed)
    unsafe nghttp2_session_callbacks_set_error_callback2(callbacks, complaint)
    if readLength {
      unsafe nghttp2_session_callbacks_set_data_source_read_length_callback(callbacks, lengthOfData)
    }
    return unsafe callbacks
  }
}

private func storage(_ user: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<SessionStorage> {
  unsafe user.unsafelyUnwrapped.assumingMemoryBound(to: SessionStorage.self)
}

private func slot(_ session: OpaquePointer?, _ stream: Int32) -> Int? {
  guard let data = unsafe nghttp2_session_get_stream_user_data(session, stream) else { return nil }
  return Int(bitPattern: data) - 1
}

// MARK: Output

private func sendFrame(
  _: OpaquePointer?, data: UnsafePointer<UInt8>?, count: Int, _: Int32, user: UnsafeMutableRawPointer?
) -> Int {
  // The type of a frame is the fourth byte. The rest of a frame that was split may look like GOAWAY, without harm.
  if count > 3, unsafe data.unsafelyUnwrapped[3] == NGHTTP2_GOAWAY.rawValue {
    unsafe storage(user).pointee.saidGoAway = true
    // The error code follows the last stream's identifier (RFC 9113, 6.8).
    let code = count >= 17 ? unsafe UnsafeRawPointer(data.unsafelyUnwrapped + 13).loadUnaligned(as: UInt32.self) : 0
    unsafe storage(user).pointee.ownError = UInt32(bigEndian: code)
  }
  let sent = unsafe storage(user).pointee.output.append(copying: data.unsafelyUnwrapped, count: count)
  return unsafe sent == 0 ? Int(outputIsFull(user)) : sent
}

private func sendData(
  _: OpaquePointer?, frame: UnsafeMutablePointer<nghttp2_frame>?, header: UnsafePointer<UInt8>?, count: Int,
  source: UnsafeMutablePointer<nghttp2_data_source>?, user: UnsafeMutableRawPointer?
) -> Int32 {
  let slot = unsafe Int(bitPattern: source.unsafelyUnwrapped.pointee.ptr) - 1
  guard unsafe storage(user).pointee.slots[slot].body != nil else {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue  // the stream is being reset
  }
  let fits = unsafe storage(user).pointee.appendData(header: header.unsafelyUnwrapped, count: count, slot: slot)
  return unsafe fits ? 0 : outputIsFull(user)
}

private func outputIsFull(_ user: UnsafeMutableRawPointer?) -> Int32 {
  unsafe storage(user).pointee.hasMore = true
  return NGHTTP2_ERR_WOULDBLOCK.rawValue
}

/// Chooses the size of the next DATA frame. `limit` includes the flow-control windows.
func readData(
  _: OpaquePointer?, stream: Int32, buffer: UnsafeMutablePointer<UInt8>?, limit: Int,
  flags: UnsafeMutablePointer<UInt32>?, source: UnsafeMutablePointer<nghttp2_data_source>?,
  user: UnsafeMutableRawPointer?
) -> Int {
  let slot = unsafe Int(bitPattern: source.unsafelyUnwrapped.pointee.ptr) - 1
  guard unsafe storage(user).pointee.slots[slot].body != nil else {
    return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
  }
  let left = unsafe storage(user).pointee.slots[slot].bodyCount - storage(user).pointee.slots[slot].sent
  let end = left <= limit ? NGHTTP2_DATA_FLAG_EOF.rawValue : 0
  unsafe flags.unsafelyUnwrapped.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue | end
  return min(left, limit)
}

private func lengthOfData(
  _: OpaquePointer?, _: UInt8, _: Int32, sessionWindow: Int32, streamWindow: Int32, maxFrame: UInt32,
  user: UnsafeMutableRawPointer?
) -> Int {
  let limit = unsafe storage(user).pointee.maxFrameBytes
  return min(limit, Int(min(sessionWindow, streamWindow)), Int(maxFrame))
}

// MARK: Input

private func beginHeaders(
  session: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, user: UnsafeMutableRawPointer?
) -> Int32 {
  if let slot = unsafe slot(session, frame.unsafelyUnwrapped.pointee.hd.stream_id) {
    unsafe storage(user).pointee.slots[slot].response.beginSection()
  }
  return 0
}

private func header(
  session: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, name: UnsafePointer<UInt8>?, nameCount: Int,
  value: UnsafePointer<UInt8>?, valueCount: Int, _: UInt8, user: UnsafeMutableRawPointer?
) -> Int32 {
  let stream = unsafe frame.unsafelyUnwrapped.pointee.hd.stream_id
  guard let slot = unsafe slot(session, stream), unsafe storage(user).pointee.slots[slot].state == .open else {
    return 0
  }
  let limit = unsafe storage(user).pointee.configuration.maxHeaderBytes
  let failure = unsafe storage(user).pointee.slots[slot].response.append(
    name: UnsafeBufferPointer(start: name, count: nameCount),
    value: UnsafeBufferPointer(start: value, count: valueCount), limit: limit)
  // Fields of interim responses are no progress.
  if unsafe storage(user).pointee.slots[slot].response.isAnswered { unsafe storage(user).pointee.progress &+= 1 }
  if let failure { unsafe abandon(session, stream, slot, failure, user) }
  return 0
}

private func dataChunk(
  session: OpaquePointer?, _: UInt8, stream: Int32, data: UnsafePointer<UInt8>?, count: Int,
  user: UnsafeMutableRawPointer?
) -> Int32 {
  guard let slot = unsafe slot(session, stream), unsafe storage(user).pointee.slots[slot].state == .open else {
    return 0
  }
  let limit = unsafe storage(user).pointee.slots[slot].maxResponseBytes
  let failure = unsafe storage(user).pointee.slots[slot].response.append(
    body: UnsafeBufferPointer(start: data, count: count), limit: limit)
  unsafe storage(user).pointee.bodyBytes &+= UInt64(count)
  if let failure { unsafe abandon(session, stream, slot, failure, user) }
  return 0
}

/// Gives up a response that can't be used: answers the caller and resets the stream.
private func abandon(
  _ session: OpaquePointer?, _ stream: Int32, _ slot: Int, _ failure: HTTP2Failure, _ user: UnsafeMutableRawPointer?
) {
  unsafe storage(user).pointee.abandon(slot, failure)
  unsafe storage(user).pointee.progress &+= 1
  unsafe nghttp2_submit_rst_stream(session, 0, stream, NGHTTP2_CANCEL.rawValue)
}

private func frameReceived(
  session: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, user: UnsafeMutableRawPointer?
) -> Int32 {
  let header = unsafe frame.unsafelyUnwrapped.pointee.hd
  switch UInt32(header.type) {
  case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
    if header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 {
      unsafe responseEnded(session, header.stream_id, user)
    }
  case NGHTTP2_RST_STREAM.rawValue:
    if let slot = unsafe slot(session, header.stream_id) {
      unsafe storage(user).pointee.slots[slot].resetCode = unsafe frame.unsafelyUnwrapped.pointee.rst_stream.error_code
    }
  case NGHTTP2_SETTINGS.rawValue:
    let limit = unsafe nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
    unsafe storage(user).pointee.maxConcurrentStreams = Int(limit)
    let headers = unsafe nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE)
    unsafe storage(user).pointee.maxHeaderListBytes = min(Int(headers), SessionStorage.maxHeaderBytes)
    if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 { unsafe storage(user).pointee.hasSettings = true }
  case NGHTTP2_GOAWAY.rawValue:
    let goAway = unsafe frame.unsafelyUnwrapped.pointee.goaway
    let debug = unsafe UnsafeBufferPointer(start: goAway.opaque_data, count: min(goAway.opaque_data_len, 1_000))
    unsafe storage(user).pointee.goAway = SessionStorage.GoAway(
      code: goAway.error_code, debug: unsafe String(decoding: debug, as: UTF8.self))
    unsafe storage(user).pointee.newGoAway = true
  default: break
  }
  return 0
}

private func responseEnded(_ session: OpaquePointer?, _ stream: Int32, _ user: UnsafeMutableRawPointer?) {
  guard let slot = unsafe slot(session, stream) else { return }
  unsafe storage(user).pointee.slots[slot].response.finish()
  let isRequestComplete = unsafe storage(user).pointee.slots[slot].isRequestComplete
  unsafe storage(user).pointee.timeouts.requestAnswered()
  unsafe storage(user).pointee.progress &+= 1
  unsafe storage(user).pointee.answer(slot, failure: nil, fate: .processed)
  // The response is complete, so the server ignores the rest of the request (RFC 9113, 8.1).
  if !isRequestComplete {
    unsafe storage(user).pointee.releaseBody(slot)
    unsafe nghttp2_submit_rst_stream(session, 0, stream, NGHTTP2_NO_ERROR.rawValue)
  }
}

private func streamClosed(
  session: OpaquePointer?, stream: Int32, code: UInt32, user: UnsafeMutableRawPointer?
) -> Int32 {
  if let slot = unsafe slot(session, stream) { unsafe storage(user).pointee.streamClosed(slot, code: code) }
  return 0
}

private func complaint(
  _: OpaquePointer?, _: Int32, text: UnsafePointer<CChar>?, count: Int, user: UnsafeMutableRawPointer?
) -> Int32 {
  let bytes = unsafe UnsafeRawBufferPointer(start: text, count: min(count, 300))
  unsafe storage(user).pointee.complaint = unsafe String(decoding: bytes, as: UTF8.self)
  return 0
}
