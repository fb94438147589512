internal import COTLPNGHTTP2

/// The callbacks of `ServerSession`. Each stores its event in the `ServerSessionStorage` that is nghttp2's user data.
enum ServerCallbacks {
  private static func storage(_ userData: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<ServerSessionStorage> {
    guard let userData = unsafe userData else { preconditionFailure("nghttp2 lost its user data") }
    return unsafe userData.assumingMemoryBound(to: ServerSessionStorage.self)
  }

  static func install(_ callbacks: OpaquePointer?) {
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, userData in
      if let frame = unsafe frame?.pointee, unsafe ServerCallbacks.isRequest(frame) {
        unsafe ServerCallbacks.storage(userData).pointee.begin(frame.hd.stream_id)
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, frame, name, nameCount, value, valueCount, _, userData in
      if let id = unsafe frame?.pointee.hd.stream_id {
        let field = unsafe LoopbackCollector.Field(
          ServerCallbacks.text(name, nameCount), ServerCallbacks.text(value, valueCount))
        unsafe ServerCallbacks.storage(userData).pointee.addField(id, field)
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
      _, _, id, bytes, count, userData in
      unsafe ServerCallbacks.storage(userData).pointee.addBody(id, UnsafeBufferPointer(start: bytes, count: count))
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, userData in
      if let frame = unsafe frame?.pointee { unsafe ServerCallbacks.received(frame, ServerCallbacks.storage(userData)) }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, _, userData in
      unsafe ServerCallbacks.storage(userData).pointee.close(id)
      return 0
    }
  }

  /// Copies the next piece of a response body for nghttp2.
  static let readBody: nghttp2_data_source_read_callback = { session, id, buffer, capacity, flags, _, userData in
    let storage = unsafe ServerCallbacks.storage(userData)
    let piece = unsafe storage.pointee.nextPiece(id, into: UnsafeMutableBufferPointer(start: buffer, count: capacity))
    switch piece {
    case .unknownStream: return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    case .nothingYet: return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    case .bytes(let count, let isLast):
      if isLast { unsafe flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
      return count
    case .trailers(let count, let fields):
      unsafe flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
      unsafe ServerSession.withNameValues(fields) { start, pairs in
        _ = unsafe nghttp2_submit_trailer(session, id, start, pairs)
      }
      return count
    }
  }

  private static func isRequest(_ frame: nghttp2_frame) -> Bool {
    unsafe UInt32(frame.hd.type) == NGHTTP2_HEADERS.rawValue && frame.headers.cat == NGHTTP2_HCAT_REQUEST
  }

  private static func received(_ frame: nghttp2_frame, _ storage: UnsafeMutablePointer<ServerSessionStorage>) {
    let id = unsafe frame.hd.stream_id
    let flags = unsafe UInt32(frame.hd.flags)
    switch unsafe UInt32(frame.hd.type) {
    case NGHTTP2_HEADERS.rawValue:
      if unsafe ServerCallbacks.isRequest(frame) { unsafe storage.pointee.events.append(.headers(id)) }
    case NGHTTP2_DATA.rawValue:
      unsafe storage.pointee.events.append(.body(id))
    case NGHTTP2_RST_STREAM.rawValue:
      unsafe storage.pointee.events.append(.clientReset(id))
      return
    case NGHTTP2_PING.rawValue:
      if flags & UInt32(NGHTTP2_FLAG_ACK.rawValue) != 0 { unsafe storage.pointee.events.append(.pingAcknowledged) }
      return
    default: return
    }
    if flags & UInt32(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 { unsafe storage.pointee.events.append(.complete(id)) }
  }

  private static func text(_ start: UnsafePointer<UInt8>?, _ count: Int) -> String {
    unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }
}
