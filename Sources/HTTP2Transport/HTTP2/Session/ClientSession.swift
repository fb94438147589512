internal import COTLPNGHTTP2
internal import TelemetryCore

/// nghttp2's client session and the state that its callbacks work on. Belongs to one connection; does no IO.
@safe
final class ClientSession {
  // SAFETY: both are allocated in `init` and freed in `deinit`; nghttp2 keeps the pointer to the state.
  private let session: OpaquePointer
  private let state: UnsafeMutablePointer<SessionStorage>

  /// Makes a session with preface and SETTINGS in its output; nil without memory.
  init?(configuration: HTTP2Configuration, isTLS: Bool) {
    let state = UnsafeMutablePointer<SessionStorage>.allocate(capacity: 1)
    unsafe state.initialize(to: SessionStorage(configuration: configuration, isTLS: isTLS))
    let limited = unsafe state.pointee.maxFrameBytes < 16_384
    let callbacks = unsafe limited ? SessionCallbacks.limited : SessionCallbacks.plaintext
    var session: OpaquePointer?
    var option: OpaquePointer?
    unsafe nghttp2_option_new(&option)
    // Nothing is pushed to us; a flood of PINGs or SETTINGS ends the connection.
    unsafe nghttp2_option_set_max_reserved_remote_streams(option, 0)
    unsafe nghttp2_option_set_max_outbound_ack(option, 200)
    // A blank at the end of a field is no reason to lose a response (RULES D19).
    unsafe swift_otlp_nghttp2_take_blanks(option)
    unsafe nghttp2_session_client_new2(&session, callbacks, state, option)
    unsafe nghttp2_option_del(option)
    unsafe self.state = state
    guard let session = unsafe session else {
      unsafe state.pointee.deallocate()
      unsafe state.deinitialize(count: 1)
      unsafe state.deallocate()
      return nil
    }
    unsafe self.session = session
    unsafe ClientSession.greet(session, configuration)
  }

  private static func greet(_ session: OpaquePointer, _ configuration: HTTP2Configuration) {
    let values: [(nghttp2_settings_id, Int)] = [
      (NGHTTP2_SETTINGS_ENABLE_PUSH, 0), (NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, configuration.initialWindowSize),
      // More than is kept: a server that must not send its large trailers resets the stream (grpc-go, grpc-java), and
      // the status is lost.
      (NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, max(configuration.maxHeaderBytes, ResponseAssembler.announcedBytes)),
    ]
    // More than 2^31-1 is no size of a window (RFC 9113, 6.5.2).
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
    unsafe state.pointee.deallocate()
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
  }

  // MARK: Bytes

  /// Takes bytes that arrived; nghttp2's words if the session is of no use afterwards.
  func receive(_ bytes: UnsafeRawBufferPointer) -> String? {
    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe state.pointee.received &+= 1
    let result = unsafe nghttp2_session_mem_recv(session, start, bytes.count)
    guard result < 0 else { return nil }
    return unsafe state.pointee.complaint ?? ClientSession.words(Int32(result))
  }

  /// Puts what nghttp2 wants to send into the output, as much as fits; nghttp2's words if it can't.
  func fill() -> String? {
    unsafe state.pointee.hasMore = false
    let result = unsafe nghttp2_session_send(session)
    return result == 0 ? nil : ClientSession.words(result)
  }

  /// Whether the session has come to its end: GOAWAY was exchanged and nothing is open, or the protocol was broken.
  var isFinished: Bool {
    guard unsafe state.pointee.saidGoAway || state.pointee.goAway != nil else { return false }
    return unsafe nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
      && state.pointee.output.isEmpty
  }

  /// Says GOAWAY.
  func terminate(_ error: nghttp2_error_code = NGHTTP2_NO_ERROR) {
    unsafe nghttp2_session_terminate_session(session, error.rawValue)
  }

  /// So many bytes arrived. True if `isFlood` is to be asked.
  func noteReceived(_ count: Int) -> Bool {
    unsafe state.pointee.flood.received(
      count, progress: state.pointee.progress, bodyBytes: state.pointee.bodyBytes)
  }

  /// Whether the server floods the connection.
  func isFlood(at now: MonotonicInstant) -> Bool { unsafe state.pointee.flood.isFlood(at: now) }

  /// Puts a PING before what waits to be sent. Its answer is like any other byte: a sign of life.
  func ping() { unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil) }

  static func words(_ code: Int32) -> String {
    unsafe String(cString: nghttp2_strerror(code))
  }

  // MARK: Streams

  enum Submission {
    case done
    /// No identifier is left, or a GOAWAY came.
    case notAccepted(exhausted: Bool)
    case invalid(HTTP2Failure)
  }

  /// Opens a stream; the continuation is resumed with the response, later, if this gives `done`.
  func submit(
    _ id: UInt64, _ request: HTTP2Request, _ deadline: Deadline,
    _ continuation: UnsafeContinuation<HTTP2Response, Never>
  ) -> Submission {
    let size = request.headerListBytes
    if unsafe size > state.pointee.maxHeaderListBytes { return .invalid(tooLarge(request, size)) }
    let slot = unsafe state.pointee.open(id, request, deadline, unsafe continuation)
    let user = unsafe UnsafeMutableRawPointer(bitPattern: slot + 1)
    var provider = unsafe nghttp2_data_provider(source: nghttp2_data_source(ptr: user), read_callback: readData)
    let result = unsafe RequestFields.with(request) { fields in
      unsafe nghttp2_submit_request(session, nil, fields.baseAddress, fields.count, &provider, user)
    }
    guard result < 0 else {
      unsafe state.pointee.calls[slot].stream = result
      return .done
    }
    unsafe state.pointee.withdraw(slot)
    switch result {
    case NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE.rawValue: return .notAccepted(exhausted: true)
    case NGHTTP2_ERR_PROTO.rawValue: return .notAccepted(exhausted: false)
    default: return .invalid(.invalidRequest(ClientSession.words(result)))
    }
  }

  @inline(never)
  private func tooLarge(_ request: HTTP2Request, _ size: Int) -> HTTP2Failure {
    let limit = unsafe state.pointee.maxHeaderListBytes
    return .requestHeadersTooLarge(
      bytes: size, limit: limit, isServerLimit: limit < SessionStorage.mostHeaderBytes,
      largest: request.largestHeaderName)
  }

  /// Gives an open call up: its caller is answered, its stream reset.
  func abandon(call id: UInt64, _ failure: HTTP2Failure) {
    if let slot = unsafe state.pointee.slot(ofCall: id) { abandon(slot, failure) }
  }

  /// Gives up the calls whose deadline has passed.
  /// - Parameter last: The number of the latest call.
  /// - Returns: What that says of the connection.
  func abandonLate(_ now: MonotonicInstant, last: UInt64) -> TimeoutDetector.Verdict {
    var verdict = TimeoutDetector.Verdict.alive
    for slot in unsafe state.pointee.slots {
      let late =
        unsafe state.pointee.calls[slot].state == .open && state.pointee.calls[slot].deadline.hasPassed(at: now)
      guard late else { continue }
      let silent = unsafe state.pointee.calls[slot].receivedBefore == state.pointee.received
      let id = unsafe state.pointee.calls[slot].id
      let next = unsafe state.pointee.timeouts.timedOut(call: id, last: last, wasSilent: silent)
      if verdict != .replace, next != .alive { verdict = next }
      abandon(slot, .deadline)
    }
    return verdict
  }

  private func abandon(_ slot: Int, _ failure: HTTP2Failure) {
    let fate = unsafe state.pointee.abandonedFate(slot)
    let stream = unsafe state.pointee.calls[slot].stream
    unsafe state.pointee.answer(slot, failure: failure, fate: fate)
    unsafe state.pointee.releaseBody(slot)
    unsafe nghttp2_submit_rst_stream(session, 0, stream, NGHTTP2_CANCEL.rawValue)
  }

  /// The earliest deadline of an open call.
  var earliestDeadline: Deadline {
    unsafe state.pointee.slots.reduce(.never) { earliest, slot in
      unsafe state.pointee.calls[slot].state == .open ? min(earliest, state.pointee.calls[slot].deadline) : earliest
    }
  }

  // MARK: What the driver asks

  /// Whether the server permits one more stream now.
  var hasRoom: Bool { unsafe state.pointee.streams < state.pointee.maxConcurrentStreams }
  /// Whether no stream is open, and one may be: the usual case, seen at little cost.
  var isFree: Bool { unsafe state.pointee.streams < state.pointee.firstStreams }
  var maxConcurrentStreams: Int { unsafe state.pointee.maxConcurrentStreams }
  /// Whether the server's window for the connection is used up.
  var isWindowShut: Bool { unsafe nghttp2_session_get_remote_window_size(session) <= 0 }
  /// What is left to be sent of the bodies of the calls that are open.
  var backlog: Int {
    unsafe state.pointee.slots.reduce(0) { sum, slot in
      unsafe state.pointee.calls[slot].state == .open
        ? sum + state.pointee.calls[slot].bodyCount - state.pointee.calls[slot].sent : sum
    }
  }
  /// What has been sent of the bodies of the calls that are known.
  var bodyBytesSent: Int { unsafe state.pointee.slots.reduce(0) { unsafe $0 + state.pointee.calls[$1].sent } }
  var openCalls: Int { unsafe state.pointee.open }
  var hasSettings: Bool { unsafe state.pointee.hasSettings }
  var complaint: String? { unsafe state.pointee.complaint }

  /// The failure of a request that comes after the server's GOAWAY; nil if there was none.
  var goAwayFailure: HTTP2Failure? {
    unsafe state.pointee.goAway.map { .goAway(code: $0.code, debug: $0.debug) }
  }

  /// A GOAWAY that the driver hasn't seen yet.
  func takeNewGoAway() -> SessionStorage.GoAway? {
    guard unsafe state.pointee.newGoAway else { return nil }
    unsafe state.pointee.newGoAway = false
    return unsafe state.pointee.goAway
  }

  /// Whether the session is over because of a GOAWAY of the server, not of an error that we found.
  var isGoAwayCause: Bool { unsafe state.pointee.goAway != nil && state.pointee.ownError == 0 }

  // MARK: Output

  var isOutputEmpty: Bool { unsafe state.pointee.output.isEmpty }
  /// Whether `fill` put all that nghttp2 wanted to send into the output.
  var outputIsComplete: Bool { unsafe !state.pointee.hasMore }
  var pendingOutput: UnsafeBufferPointer<IOSlice> { unsafe state.pointee.output.pending }
  func advanceOutput(_ count: Int) { unsafe state.pointee.advanceOutput(count) }
  func connectionLost(_ reason: String) { unsafe state.pointee.connectionLost(reason) }
}
