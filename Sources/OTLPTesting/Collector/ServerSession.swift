internal import COTLPNGHTTP2

/// The server side of an nghttp2 session, without a socket. Each connection has one.
@safe
final class ServerSession {
  typealias Field = LoopbackCollector.Field

  // SAFETY: both are owned by this object, which is used on one thread, and freed in deinit.
  private let session: OpaquePointer
  private let storage: UnsafeMutablePointer<ServerSessionStorage>
  private var hasSentGoAway = false

  init(_ configuration: LoopbackCollector.Configuration) {
    unsafe storage = .allocate(capacity: 1)
    unsafe storage.initialize(to: ServerSessionStorage(maxBodyBytes: configuration.maxBodyBytes))
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
    // Tests send malformed responses, so nghttp2 must not check what it sends.
    unsafe nghttp2_option_set_no_http_messaging(options, 1)
    unsafe nghttp2_option_set_no_auto_window_update(options, configuration.grantsWindow ? 0 : 1)
    unsafe nghttp2_session_server_new2(&session, callbacks, storage, options)
    guard let session = unsafe session else { preconditionFailure("nghttp2 has no memory for a session") }
    unsafe self.session = unsafe session
    submitSettings([
      UInt16(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue): UInt32(clamping: configuration.maxConcurrentStreams),
      UInt16(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue): UInt32(
        min(max(0, configuration.initialWindowSize), Int(Int32.max))),
    ])
    let window = max(65_535, min(configuration.connectionWindowSize, Int(Int32.max)))
    unsafe nghttp2_session_set_local_window_size(session, 0, 0, Int32(window))
  }

  deinit {
    unsafe nghttp2_session_del(session)
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  // MARK: Input

  /// Processes bytes of the client.
  ///
  /// - Returns: False if the bytes are not HTTP/2. The connection must then end.
  func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    return unsafe nghttp2_session_mem_recv(session, start, bytes.count) >= 0
  }

  /// Takes the events since the last call.
  func takeEvents() -> [ServerEvent] {
    let events = unsafe storage.pointee.events
    if !events.isEmpty { unsafe storage.pointee.events.removeAll(keepingCapacity: true) }
    return events
  }

  func fields(of stream: Int32) -> [Field] { unsafe storage.pointee.streams[stream]?.fields ?? [] }

  func bodyCount(of stream: Int32) -> Int { unsafe storage.pointee.streams[stream]?.body.count ?? 0 }

  /// The first bytes of a body.
  func bodyPrefix(of stream: Int32, _ count: Int) -> [UInt8] {
    unsafe Array(storage.pointee.streams[stream]?.body.prefix(count) ?? [])
  }

  func isTooLong(_ stream: Int32) -> Bool { unsafe storage.pointee.streams[stream]?.isTooLong ?? false }

  /// Moves the body out of the stream.
  func takeBody(of stream: Int32) -> [UInt8] {
    defer { unsafe storage.pointee.streams[stream]?.body = [] }
    return unsafe storage.pointee.streams[stream]?.body ?? []
  }

  var openStreams: Int { unsafe storage.pointee.streams.count }

  var lastProcessedStream: Int32 { unsafe nghttp2_session_get_last_proc_stream_id(session) }

  // MARK: Output

  /// Sends a header block. Interim responses may precede the final one.
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
    if !isInformational { unsafe storage.pointee.streams[stream]?.hasResponse = true }
  }

  func submitData(_ stream: Int32, _ bytes: [UInt8], endStream: Bool) {
    unsafe storage.pointee.streams[stream]?.output += bytes
    if endStream { unsafe storage.pointee.streams[stream]?.outputEnds = true }
    resume(stream)
  }

  /// Sends trailers after the body. Without response headers, they become the response's only header block.
  func submitTrailers(_ stream: Int32, _ fields: [Field]) {
    guard unsafe storage.pointee.streams[stream]?.hasResponse == true else {
      return submitHeaders(stream, fields, endStream: true)
    }
    unsafe storage.pointee.streams[stream]?.trailers = fields
    resume(stream)
  }

  private func resume(_ stream: Int32) {
    guard unsafe storage.pointee.streams[stream]?.isDeferred == true else { return }
    unsafe storage.pointee.streams[stream]?.isDeferred = false
    unsafe nghttp2_session_resume_data(session, stream)
  }

  func submitReset(_ stream: Int32, _ code: UInt32) { unsafe nghttp2_submit_rst_stream(session, 0, stream, code) }

  /// Sends GOAWAY through nghttp2, which closes later streams and accepts no new ones.
  func submitGoAway(lastStream: Int32, _ code: UInt32, debug: String) {
    hasSentGoAway = true
    let bytes = Array(debug.utf8)
    unsafe bytes.withUnsafeBufferPointer { buffer in
      _ = unsafe nghttp2_submit_goaway(session, 0, lastStream, code, buffer.baseAddress, buffer.count)
    }
  }

  /// A GOAWAY frame to be sent without nghttp2, so that its session continues as before.
  static func goAwayFrame(lastStream: Int32, _ code: UInt32, debug: String) -> [UInt8] {
    let numbers = HTTP2Frame.bigEndian(UInt32(bitPattern: lastStream)) + HTTP2Frame.bigEndian(code)
    return HTTP2Frame.bytes(7, 0, 0, numbers + Array(debug.utf8))
  }

  func submitSettings(_ settings: [UInt16: UInt32]) {
    let entries = settings.sorted { $0.key < $1.key }
      .map { nghttp2_settings_entry(settings_id: Int32($0.key), value: $0.value) }
    unsafe entries.withUnsafeBufferPointer { buffer in
      _ = unsafe nghttp2_submit_settings(session, 0, buffer.baseAddress, buffer.count)
    }
  }

  func submitPing() { unsafe nghttp2_submit_ping(session, 0, nil) }

  /// Appends all bytes that can be sent now.
  ///
  /// - Returns: False if the session has failed.
  func collectOutput(into output: inout [UInt8]) -> Bool {
    while true {
      var start: UnsafePointer<UInt8>?
      let count = unsafe nghttp2_session_mem_send(session, &start)
      guard count > 0 else { return count == 0 }
      unsafe output.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
    }
  }

  /// True if nghttp2 has ended the session after an error. After a GOAWAY of the collector, nghttp2 also reports that
  /// when no stream is open, so the connection decides by itself.
  var isFinished: Bool {
    unsafe !hasSentGoAway && nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
  }

  /// Calls `body` with the fields as nghttp2's pairs. nghttp2 copies them.
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
