internal import COTLPNGHTTP2

/// nghttp2's server side without a socket: bytes in, events and bytes out. Belongs to one connection.
@safe
final class ServerSession {
  typealias Field = LoopbackCollector.Field

  // SAFETY: both are owned by this object, which is used on one thread, and freed in deinit.
  private let session: OpaquePointer
  private let state: UnsafeMutablePointer<ServerSessionState>
  private var saidGoAway = false

  init(_ configuration: LoopbackCollector.Configuration) {
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: ServerSessionState())
    var callbacks: OpaquePointer?
    var options: OpaquePointer?
    var session: OpaquePointer?
    unsafe nghttp2_session_callbacks_new(&callbacks)
    unsafe nghttp2_option_new(&options)
    defer {
      unsafe nghttp2_session_callbacks_del(callbacks)
      unsafe nghttp2_option_del(options)
    }
    unsafe ServerCallbacks.install(callbacks)
    // Malformed answers are what this server is for: nghttp2 must not judge what it sends.
    unsafe nghttp2_option_set_no_http_messaging(options, 1)
    unsafe nghttp2_option_set_no_auto_window_update(options, configuration.grantsWindow ? 0 : 1)
    unsafe nghttp2_session_server_new2(&session, callbacks, state, options)
    guard let session = unsafe session else { preconditionFailure("nghttp2 has no memory for a session") }
    unsafe self.session = unsafe session
    submitSettings([
      (NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue, UInt32(clamping: configuration.maxConcurrentStreams)),
      (
        NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue,
        UInt32(min(max(0, configuration.initialWindowSize), Int(Int32.max)))
      ),
    ])
    let window = max(65_535, min(configuration.connectionWindowSize, Int(Int32.max)))
    unsafe nghttp2_session_set_local_window_size(session, 0, 0, Int32(window))
  }

  deinit {
    unsafe nghttp2_session_del(session)
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
  }

  // MARK: In

  /// Takes bytes of the client; false if they are no HTTP/2, after which the connection must end.
  func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    return unsafe nghttp2_session_mem_recv(session, start, bytes.count) >= 0
  }

  /// What has happened since the last call.
  func takeEvents() -> [ServerEvent] {
    let events = unsafe state.pointee.events
    if !events.isEmpty { unsafe state.pointee.events.removeAll(keepingCapacity: true) }
    return events
  }

  func fields(of stream: Int32) -> [Field] { unsafe state.pointee.streams[stream]?.fields ?? [] }

  func bodyCount(of stream: Int32) -> Int { unsafe state.pointee.streams[stream]?.body.count ?? 0 }

  /// The first bytes of a body.
  func bodyPrefix(of stream: Int32, _ count: Int) -> [UInt8] {
    unsafe Array(state.pointee.streams[stream]?.body.prefix(count) ?? [])
  }

  /// Takes the body out of the stream.
  func takeBody(of stream: Int32) -> [UInt8] {
    defer { unsafe state.pointee.streams[stream]?.body = [] }
    return unsafe state.pointee.streams[stream]?.body ?? []
  }

  var openStreams: Int { unsafe state.pointee.streams.count }

  func isOpen(_ stream: Int32) -> Bool { unsafe state.pointee.streams[stream] != nil }

  var lastProcessedStream: Int32 { unsafe nghttp2_session_get_last_proc_stream_id(session) }

  // MARK: Out

  /// Sends a header block; informational ones may precede the real one.
  func submitHeaders(_ stream: Int32, _ fields: [Field], endStream: Bool) {
    let isInformational = fields.first.map { $0.name == ":status" && $0.value.hasPrefix("1") } ?? false
    unsafe ServerSession.withNameValues(fields) { start, count in
      if isInformational {
        _ = unsafe nghttp2_submit_headers(session, 0, stream, nil, start, count, nil)
      } else if endStream {
        _ = unsafe nghttp2_submit_response(session, stream, start, count, nil)
      } else {
        var provider = unsafe nghttp2_data_provider(
          source: nghttp2_data_source(fd: 0), read_callback: ServerCallbacks.readBody)
        _ = unsafe nghttp2_submit_response(session, stream, start, count, &provider)
      }
    }
    if !isInformational { unsafe state.pointee.streams[stream]?.hasResponse = true }
  }

  /// Sends bytes of the body.
  func submitData(_ stream: Int32, _ bytes: [UInt8], endStream: Bool) {
    unsafe state.pointee.streams[stream]?.output += bytes
    if endStream { unsafe state.pointee.streams[stream]?.outputEnds = true }
    resume(stream)
  }

  /// Sends trailers after the body; without a response before them they are its only header block.
  func submitTrailers(_ stream: Int32, _ fields: [Field]) {
    guard unsafe state.pointee.streams[stream]?.hasResponse == true else {
      return submitHeaders(stream, fields, endStream: true)
    }
    unsafe state.pointee.streams[stream]?.trailers = fields
    resume(stream)
  }

  private func resume(_ stream: Int32) {
    guard unsafe state.pointee.streams[stream]?.isDeferred == true else { return }
    unsafe state.pointee.streams[stream]?.isDeferred = false
    unsafe nghttp2_session_resume_data(session, stream)
  }

  func submitReset(_ stream: Int32, _ code: UInt32) { unsafe nghttp2_submit_rst_stream(session, 0, stream, code) }

  /// Says GOAWAY through nghttp2, which lets go of later streams and takes no new ones.
  func submitGoAway(lastStream: Int32, _ code: UInt32, debug: String) {
    saidGoAway = true
    let bytes = Array(debug.utf8)
    unsafe bytes.withUnsafeBufferPointer { buffer in
      _ = unsafe nghttp2_submit_goaway(session, 0, lastStream, code, buffer.baseAddress, buffer.count)
    }
  }

  /// A GOAWAY frame that nghttp2 doesn't know of: the session goes on as before.
  static func goAwayFrame(lastStream: Int32, _ code: UInt32, debug: String) -> [UInt8] {
    func bytes(_ value: UInt32) -> [UInt8] {
      [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
    let payload = bytes(UInt32(bitPattern: lastStream)) + bytes(code) + Array(debug.utf8)
    return bytes(UInt32(payload.count)).dropFirst() + [7, 0, 0, 0, 0, 0] + payload
  }

  func submitSettings(_ settings: [(UInt32, UInt32)]) {
    let entries = settings.map { nghttp2_settings_entry(settings_id: Int32(bitPattern: $0.0), value: $0.1) }
    unsafe entries.withUnsafeBufferPointer { buffer in
      _ = unsafe nghttp2_submit_settings(session, 0, buffer.baseAddress, buffer.count)
    }
  }

  func submitPing() { unsafe nghttp2_submit_ping(session, 0, nil) }

  /// Appends all bytes that can be sent now; false if the session is broken.
  func collectOutput(into output: inout [UInt8]) -> Bool {
    while true {
      var start: UnsafePointer<UInt8>?
      let count = unsafe nghttp2_session_mem_send(session, &start)
      guard count > 0 else { return count == 0 }
      unsafe output.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
    }
  }

  /// Whether nghttp2 itself is done with the connection, after an error that it found. After a GOAWAY of ours it always
  /// thinks so when no stream is open; then the connection decides.
  var isFinished: Bool {
    unsafe !saidGoAway && nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
  }

  /// Lays the fields out as nghttp2 takes them, for the time of `body`; nghttp2 copies them.
  @unsafe
  static func withNameValues(_ fields: [Field], _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Void) {
    var bytes = fields.flatMap { Array($0.name.utf8) + Array($0.value.utf8) }
    unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      var next = buffer.baseAddress
      var pairs: [nghttp2_nv] = unsafe []
      for field in fields {
        let (nameCount, valueCount) = (field.name.utf8.count, field.value.utf8.count)
        let value = unsafe next.map { unsafe $0 + nameCount }
        unsafe pairs.append(
          nghttp2_nv(name: next, value: value, namelen: nameCount, valuelen: valueCount, flags: 0))
        unsafe next = value.map { unsafe $0 + valueCount }
      }
      unsafe pairs.withUnsafeBufferPointer { unsafe body($0.baseAddress, $0.count) }
    }
  }
}
