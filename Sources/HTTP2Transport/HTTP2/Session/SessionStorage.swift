internal import COTLPNGHTTP2
internal import TelemetryCore

/// The state of a client session that nghttp2's callbacks use. It lives behind a pointer, which is nghttp2's user data: in a
/// class, the run-time checks of exclusive access would cost as much as half an export.
@safe
struct SessionStorage {
  struct GoAway {
    var code: UInt32
    var debug: String
  }

  // SAFETY: allocated by `grow`, freed by `deallocate`. All slots are initialized. No pointer to a slot is kept.
  private(set) var slots: UnsafeMutablePointer<StreamSlot>
  private var capacity = 4
  private var freeSlots: [Int] = []
  var output = OutputQueue()
  /// True if nghttp2 has more to send than fits into the output.
  var hasMore = false
  let configuration: HTTP2Configuration
  /// The largest payload of a DATA frame.
  let maxFrameBytes: Int
  /// The number of streams that nghttp2 knows: of open and of answered requests.
  private(set) var streamCount = 0
  /// The number of requests that aren't answered.
  private(set) var openCount = 0
  /// Released bodies that the output still refers to.
  private var retired: [RetiredBody] = []

  /// True if the server's SETTINGS have arrived.
  var hasSettings = false
  /// The number of inputs, of any size.
  var received: UInt64 = 0
  /// A number that changes when a request advances.
  var progress: UInt64 = 0
  /// The number of bytes in the bodies of open requests' responses.
  var bodyBytes: UInt64 = 0
  var flood = FloodDetector()
  var timeouts = TimeoutDetector()
  /// The largest header section that the server accepts and the client sends.
  var maxHeaderListBytes = SessionStorage.maxHeaderBytes
  var maxConcurrentStreams = 0 { didSet { firstStreams = min(maxConcurrentStreams, 1) } }
  /// 1, or 0 if the server permits no stream.
  private(set) var firstStreams = 0
  var goAway: GoAway?
  var newGoAway = false
  /// True if GOAWAY was appended to the output, by `terminate` or because nghttp2 found an error.
  var saidGoAway = false
  /// The error code of the client's GOAWAY; 0 without an error.
  var ownError: UInt32 = 0
  /// The latest error text of nghttp2 about the connection or a stream.
  var complaint: String?

  /// The largest header section that nghttp2 sends.
  static let maxHeaderBytes = 65_536

  init(configuration: HTTP2Configuration, isTLS: Bool) {
    self.configuration = configuration
    let limit = isTLS ? TLSEngine.recordSize - 9 : 16_384
    maxFrameBytes = min(max(1, configuration.maxFrameBytes), limit)
    unsafe slots = .allocate(capacity: capacity)
    unsafe slots.initialize(repeating: StreamSlot(), count: capacity)
    freeSlots = Array((0..<capacity).reversed())
  }

  mutating func deallocate() {
    output.deallocate()
    unsafe slots.deinitialize(count: capacity)
    unsafe slots.deallocate()
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<StreamSlot>.allocate(capacity: capacity * 2)
    unsafe larger.moveInitialize(from: slots, count: capacity)
    unsafe (larger + capacity).initialize(repeating: StreamSlot(), count: capacity)
    unsafe slots.deallocate()
    unsafe slots = unsafe larger
    freeSlots = Array((capacity..<capacity * 2).reversed())
    capacity *= 2
  }

  /// The indices of all slots, including free ones.
  var indices: Range<Int> { 0..<capacity }

  // MARK: Slots

  /// Puts a request into a free slot.
  /// - Returns: The index of the slot.
  mutating func open(
    _ id: UInt64, _ request: HTTP2Request, _ deadline: Deadline,
    _ continuation: UnsafeContinuation<HTTP2Response, Never>
  ) -> Int {
    streamCount += 1
    openCount += 1
    if freeSlots.isEmpty { grow() }
    let slot = freeSlots.removeLast()
    unsafe slots[slot].state = .open
    unsafe slots[slot].id = id
    unsafe slots[slot].deadline = deadline
    unsafe slots[slot].receivedBefore = received
    unsafe slots[slot].continuation = continuation
    unsafe slots[slot].headers = request.headers
    unsafe slots[slot].buffer = request.body.buffer
    unsafe slots[slot].body = UnsafeRawPointer(request.body.buffer.base) + request.body.range.lowerBound
    unsafe slots[slot].bodyCount = request.body.count
    unsafe slots[slot].maxResponseBytes = request.maxResponseBytes
    return slot
  }

  /// Removes a request that nghttp2 refused. The code that opened the slot answers the caller.
  mutating func withdraw(_ slot: Int) {
    openCount -= 1
    freeSlot(slot)
  }

  /// Frees the slot of an answered request.
  mutating func freeSlot(_ slot: Int) {
    streamCount -= 1
    releaseBody(slot)
    unsafe slots[slot] = StreamSlot()
    freeSlots.append(slot)
  }

  /// Releases the body of an answered request: at once, or with the output if that refers to the body. nghttp2 may still
  /// ask for the body.
  mutating func releaseBody(_ slot: Int) {
    if unsafe slots[slot].dataEnd > output.written, !output.isEmpty, let buffer = unsafe slots[slot].buffer {
      retired.append(RetiredBody(buffer))
    }
    unsafe slots[slot].buffer = nil
    unsafe slots[slot].body = nil
  }

  /// The index of the slot of an open request.
  func slot(of id: UInt64) -> Int? {
    indices.first { unsafe slots[$0].state == .open && slots[$0].id == id }
  }

  // MARK: Output

  mutating func advanceOutput(_ count: Int) {
    output.advance(count)
    if output.isEmpty, !retired.isEmpty { retired.removeAll() }
  }

  @inline(__always)
  mutating func appendData(header: UnsafePointer<UInt8>, count: Int, slot: Int) -> Bool {
    let slot = unsafe slots + slot
    let payload = unsafe slot.pointee.body.unsafelyUnwrapped + slot.pointee.sent
    guard unsafe output.append(dataHeader: header, payload: payload, count: count) else { return false }
    unsafe slot.pointee.sent &+= count
    unsafe slot.pointee.dataEnd = output.appended
    progress &+= 1
    if unsafe slot.pointee.sent == slot.pointee.bodyCount { unsafe slot.pointee.isRequestComplete = true }
    return true
  }

  // MARK: Answers

  /// Answers the caller of an open request. The slot stays in use until nghttp2 closes the stream.
  mutating func answer(_ slot: Int, failure: HTTP2Failure?, fate: RequestFate) {
    guard unsafe slots[slot].state == .open else { return }
    unsafe slots[slot].state = .answered
    openCount -= 1
    let response = unsafe slots[slot].response.take(failure: failure, fate: fate)
    let continuation = unsafe slots[slot].continuation
    unsafe slots[slot].continuation = nil
    unsafe continuation?.resume(returning: response)
  }

  /// Answers an open request that this side abandons while the connection lives. The caller must reset the stream.
  mutating func abandon(_ slot: Int, _ failure: HTTP2Failure) {
    let fate =
      unsafe slots[slot].response.isAnswered
      ? .processed : slots[slot].fate(written: output.written, cut: false, maxFrameBytes: maxFrameBytes)
    answer(slot, failure: failure, fate: fate)
    releaseBody(slot)
  }

  /// Answers the request of a stream that nghttp2 has closed.
  mutating func streamClosed(_ slot: Int, code: UInt32) {
    if unsafe slots[slot].state == .open {
      progress &+= 1
      let (failure, fate) = closeReason(slot, code)
      answer(slot, failure: failure, fate: fate)
    }
    freeSlot(slot)
  }

  private func closeReason(_ slot: Int, _ code: UInt32) -> (HTTP2Failure?, RequestFate) {
    let refused = NGHTTP2_REFUSED_STREAM.rawValue
    // A reset after the complete response doesn't revoke the response (RFC 9113, 8.1).
    if unsafe slots[slot].response.isComplete { return (nil, .processed) }
    if let reset = unsafe slots[slot].resetCode {
      return (.reset(code: reset), reset == refused ? .neverProcessed : .unknown)
    }
    if code == refused {
      // nghttp2 uses this code for streams that a GOAWAY excludes, and for streams that it could no longer open.
      if let goAway { return (.goAway(code: goAway.code, debug: goAway.debug), .neverProcessed) }
      return (.notAccepted, .neverProcessed)
    }
    let text = complaint ?? "the server's response breaks the rules of HTTP/2"
    return (.malformed(text), unsafe slots[slot].response.isAnswered ? .processed : .unknown)
  }

  /// Answers all open requests when the connection has ended.
  mutating func connectionLost(_ reason: String) {
    for slot in indices where unsafe slots[slot].state == .open {
      var failure = HTTP2Failure.connectionLost(reason: reason)
      if let goAway, goAway.code != 0 { failure = .goAway(code: goAway.code, debug: goAway.debug) }
      let fate = unsafe slots[slot].fate(written: output.written, cut: true, maxFrameBytes: maxFrameBytes)
      answer(slot, failure: failure, fate: fate)
    }
    output.reset()
    retired.removeAll()
  }
}
