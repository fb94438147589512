internal import COTLPNGHTTP2
internal import TelemetryCore

/// nghttp2's client session with the storage of the callbacks. A session belongs to one connection and does no IO.
@safe
final class ClientSession {
  // SAFETY: both are allocated in `init` and freed in `deinit`. nghttp2 keeps the pointer to the storage.
  private let session: OpaquePointer
  private let storage: UnsafeMutablePointer<SessionStorage>

  /// Makes a session with the preface and SETTINGS in the output. Nil without memory.
  init?(configuration: HTTP2Configuration, isTLS: Bool) {
    let storage = UnsafeMutablePointer<SessionStorage>.allocate(capacity: 1)
    unsafe storage.initialize(to: SessionStorage(configuration: configuration, isTLS: isTLS))
    let limited = unsafe storage.pointee.maxFrameBytes < 16_384
    let callbacks = unsafe limited ? SessionCallbacks.limited : SessionCallbacks.plaintext
    var session: OpaquePointer?
    var option: OpaquePointer?
    unsafe nghttp2_option_new(&option)
    // No push, and a flood of PINGs or SETTINGS ends the connection.
    unsafe nghttp2_option_set_max_reserved_remote_streams(option, 0)
    unsafe nghttp2_option_set_max_outbound_ack(option, 200)
    // A space at the end of a field is no reason to refuse a response (RULES D19).
    unsafe swift_otlp_nghttp2_take_blanks(option)
    unsafe nghttp2_session_client_new2(&session, callbacks, storage, option)
    unsafe nghttp2_option_del(option)
    unsafe self.storage = storage
    guard let session = unsafe session else {
      unsafe storage.pointee.deallocate()
      unsafe storage.deinitialize(count: 1)
      unsafe storage.deallocate()
      return nil
    }
    unsafe self.session = session
    unsafe ClientSession.greet(session, configuration)
  }

  private static func greet(_ session: OpaquePointer, _ configuration: HTTP2Configuration) {
    let values: [(nghttp2_settings_id, Int)] = [
      (NGHTTP2_SETTINGS_ENABLE_PUSH, 0), (NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, configuration.initialWindowSize),
      // More than is kept: servers that may not send their large trailers reset the stream (grpc-go, grpc-java), and the
      // status is lost.
      (NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, max(configuration.maxHeaderBytes, ResponseAssembler.announcedBytes)),
    ]
    // A window has at most 2^31-1 bytes (RFC 9113, 6.5.2).
    let entries = values.map {
      nghttp2_settings_entry(settings_id: Int32($0.0.rawValue), value: UInt32(min(max(0, $0.1), Int(Int32.max))))
    }
    unsafe nghttp2_submit_settings(session, 0, entries, entries.count)
    if configuration.connectionWindowSize > 65_535 {
      unsafe nghttp2_session_set_local_window_size(session, 0, 0, Int32(clamping: configuration.connectionWindowSize))
    }
    if configuration.firstStreamID != 1 {
      unsafe nghttp2_session_set_next_stream_id(session, configuration.firstStreamID)
    }
  }

  deinit {
    unsafe nghttp2_session_del(session)
    unsafe storage.pointee.deallocate()
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  // MARK: Bytes

  /// Processes bytes that arrived.
  /// - Returns: The error if the session can't be used any more.
  func receive(_ bytes: UnsafeRawBufferPointer) -> String? {
    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe storage.pointee.received &+= 1
    let result = unsafe nghttp2_session_mem_recv(session, start, bytes.count)
    guard result < 0 else { return nil }
    return unsafe storage.pointee.complaint ?? ClientSession.text(of: Int32(result))
  }

  /// Fills the output with frames, as many as fit.
  /// - Returns: The error if nghttp2 failed.
  func fill() -> String? {
    unsafe storage.pointee.hasMore = false
    let result = unsafe nghttp2_session_send(session)
    return result == 0 ? nil : ClientSession.text(of: result)
  }

  /// True if the session has ended: after GOAWAY with no open stream, or after a violation of the protocol.
  var isFinished: Bool {
    guard unsafe storage.pointee.saidGoAway || storage.pointee.goAway != nil else { return false }
    return unsafe nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
      && storage.pointee.output.isEmpty
  }

  /// Queues GOAWAY.
  func terminate(_ error: nghttp2_error_code = NGHTTP2_NO_ERROR) {
    unsafe nghttp2_session_terminate_session(session, error.rawValue)
  }

  /// Counts bytes that arrived.
  /// - Returns: True if the count is suspicious, so that `isFlood` decides.
  func bytesReceived(_ count: Int) -> Bool {
    unsafe storage.pointee.flood.bytesReceived(
      count, progress: storage.pointee.progress, bodyBytes: storage.pointee.bodyBytes)
  }

  /// True if the server floods the connection.
  func isFlood(at now: MonotonicInstant) -> Bool { unsafe storage.pointee.flood.isFlood(at: now) }

  /// Queues a PING before all other frames. The acknowledgement counts like any other byte.
  func ping() { unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil) }

  private static func text(of code: Int32) -> String {
    unsafe String(cString: nghttp2_strerror(code))
  }

  // MARK: Streams

  enum Submission {
    case done
    /// No stream identifier is left, or GOAWAY arrived.
    case notAccepted(exhausted: Bool)
    case invalid(HTTP2Failure)
  }

  /// Opens a stream.
  /// - Returns: `done` if the continuation will be resumed with the response; otherwise the caller must resume it.
  func submit(
    _ id: UInt64, _ request: HTTP2Request, _ deadline: Deadline,
    _ continuation: UnsafeContinuation<HTTP2Response, Never>
  ) -> Submission {
    let size = request.headerListBytes
    if unsafe size > storage.pointee.maxHeaderListBytes { return .invalid(tooLarge(request, size)) }
    let slot = unsafe storage.pointee.open(id, request, deadline, unsafe continuation)
    let user = unsafe UnsafeMutableRawPointer(bitPattern: slot + 1)
    var provider = unsafe nghttp2_data_provider(source: nghttp2_data_source(ptr: user), read_callback: readData)
    let result = unsafe RequestFields.with(request) { fields in
      unsafe nghttp2_submit_request(session, nil, fields.baseAddress, fields.count, &provider, user)
    }
    guard result < 0 else {
      unsafe storage.pointee.slots[slot].stream = result
      return .done
    }
    unsafe storage.pointee.withdraw(slot)
    switch result {
    case NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE.rawValue: return .notAccepted(exhausted: true)
    case NGHTTP2_ERR_PROTO.rawValue: return .notAccepted(exhausted: false)
    default: return .invalid(.invalidRequest(ClientSession.text(of: result)))
    }
  }

  @inline(never)
  private func tooLarge(_ request: HTTP2Request, _ size: Int) -> HTTP2Failure {
    let limit = unsafe storage.pointee.maxHeaderListBytes
    return .requestHeadersTooLarge(
      bytes: size, limit: limit, isServerLimit: limit < SessionStorage.maxHeaderBytes,
      largest: request.largestHeaderName)
  }

  /// Abandons an open request: answers the caller and resets the stream.
  func abandon(_ id: UInt64, _ failure: HTTP2Failure) {
    if let slot = unsafe storage.pointee.slot(of: id) { abandon(slot: slot, failure) }
  }

  /// Abandons the requests with passed deadlines.
  /// - Parameter latest: The latest request of the connection.
  /// - Returns: The consequence for the connection.
  func abandonExpired(_ now: MonotonicInstant, latest: UInt64) -> TimeoutDetector.Verdict {
    var verdict = TimeoutDetector.Verdict.keep
    for slot in unsafe storage.pointee.indices {
      let isExpired =
        unsafe storage.pointee.slots[slot].state == .open && storage.pointee.slots[slot].deadline.hasPassed(at: now)
      guard isExpired else { continue }
      let wasSilent = unsafe storage.pointee.slots[slot].receivedBefore == storage.pointee.received
      let id = unsafe storage.pointee.slots[slot].id
      let next = unsafe storage.pointee.timeouts.requestTimedOut(id, latest: latest, wasSilent: wasSilent)
      if verdict != .replace, next != .keep { verdict = next }
      abandon(slot: slot, .deadline)
    }
    return verdict
  }

  private func abandon(slot: Int, _ failure: HTTP2Failure) {
    unsafe storage.pointee.abandon(slot, failure)
    unsafe nghttp2_submit_rst_stream(session, 0, storage.pointee.slots[slot].stream, NGHTTP2_CANCEL.rawValue)
  }

  /// The earliest deadline of an open request.
  var earliestDeadline: Deadline {
    unsafe storage.pointee.indices.reduce(.never) { earliest, slot in
      unsafe storage.pointee.slots[slot].state == .open ? min(earliest, storage.pointee.slots[slot].deadline) : earliest
    }
  }

  // MARK: State

  /// True if the server permits another stream now.
  var hasRoom: Bool { unsafe storage.pointee.streamCount < storage.pointee.maxConcurrentStreams }
  /// True if no stream is open and the server permits one. The usual case, at little cost.
  var isFree: Bool { unsafe storage.pointee.streamCount < storage.pointee.firstStreams }
  var maxConcurrentStreams: Int { unsafe storage.pointee.maxConcurrentStreams }
  /// True if the server's window for the connection is used up.
  var isWindowShut: Bool { unsafe nghttp2_session_get_remote_window_size(session) <= 0 }
  /// The number of bytes that the bodies of open requests have yet to send.
  var backlog: Int {
    unsafe storage.pointee.indices.reduce(0) { sum, slot in
      unsafe storage.pointee.slots[slot].state == .open
        ? sum + storage.pointee.slots[slot].bodyCount - storage.pointee.slots[slot].sent : sum
    }
  }
  /// The number of bytes that the bodies of all streams have sent.
  var bodyBytesSent: Int { unsafe storage.pointee.indices.reduce(0) { unsafe $0 + storage.pointee.slots[$1].sent } }
  var openRequests: Int { unsafe storage.pointee.openCount }
  var hasSettings: Bool { unsafe storage.pointee.hasSettings }
  var complaint: String? { unsafe storage.pointee.complaint }

  /// The failure of a request after the server's GOAWAY; nil without GOAWAY.
  var goAwayFailure: HTTP2Failure? {
    unsafe storage.pointee.goAway.map { .goAway(code: $0.code, debug: $0.debug) }
  }

  /// The server's GOAWAY if it has arrived since the last call.
  func takeNewGoAway() -> SessionStorage.GoAway? {
    guard unsafe storage.pointee.newGoAway else { return nil }
    unsafe storage.pointee.newGoAway = false
    return unsafe storage.pointee.goAway
  }

  /// True if the session ended by the server's GOAWAY and not by an error that the client found.
  var isGoAwayCause: Bool { unsafe storage.pointee.goAway != nil && storage.pointee.ownError == 0 }

  // MARK: Output

  var isOutputEmpty: Bool { unsafe storage.pointee.output.isEmpty }
  /// True if `fill` has put all of nghttp2's frames into the output.
  var outputIsComplete: Bool { unsafe !storage.pointee.hasMore }
  var pendingOutput: UnsafeBufferPointer<IOSlice> { unsafe storage.pointee.output.pending }
  func advanceOutput(_ count: Int) { unsafe storage.pointee.advanceOutput(count) }
  func connectionLost(_ reason: String) { unsafe storage.pointee.connectionLost(reason) }
}
