internal import COTLPNGHTTP2
internal import TelemetryCore

/// All that nghttp2's callbacks touch. It lives behind a pointer that is nghttp2's user data: in a class each access
/// would be checked for exclusivity at run time, which costs as much as the half of an export.
@safe
struct SessionStorage {
  struct GoAway {
    var code: UInt32
    var debug: String
  }

  // SAFETY: grown by `grow`, freed by `deallocate`; all of its memory is initialized. No pointer into it is kept.
  private(set) var calls: UnsafeMutablePointer<StreamSlot>
  private var capacity = 4
  private var freeSlots: [Int] = []
  var output = OutputQueue()
  /// nghttp2 wanted to send more than the output has room for.
  var hasMore = false
  let configuration: HTTP2Configuration
  /// The payload of a DATA frame.
  let maxFrameBytes: Int
  /// Streams that nghttp2 knows: the calls that are open or answered.
  private(set) var streams = 0
  /// Calls whose callers wait.
  private(set) var open = 0
  /// Bodies of calls that are gone but whose bytes may still stand in the output.
  private var retired: [RawBuffer] = []

  // What the driver looks at after each input.
  var hasSettings = false
  /// How often something was received.
  var received: UInt64 = 0
  /// Changes when a call gets further.
  var progress: UInt64 = 0
  /// Bytes of the bodies of open calls' responses.
  var bodyBytes: UInt64 = 0
  var flood = FloodDetector()
  var timeouts = TimeoutDetector()
  /// The largest header section that the server takes, and we send.
  var maxHeaderListBytes = SessionStorage.mostHeaderBytes
  var maxConcurrentStreams = 0 { didSet { firstStreams = min(maxConcurrentStreams, 1) } }
  /// 1, or 0 where the server permits no stream.
  private(set) var firstStreams = 0
  var goAway: GoAway?
  var newGoAway = false
  /// GOAWAY is in the output: by `terminate`, or because nghttp2 found an error.
  var saidGoAway = false
  /// The error code of our GOAWAY; 0 for none.
  var ownError: UInt32 = 0
  /// nghttp2's latest words for what is wrong with the connection or a stream.
  var complaint: String?

  /// The largest header section that we send: what nghttp2 puts into frames.
  static let mostHeaderBytes = 65_536

  init(configuration: HTTP2Configuration, isTLS: Bool) {
    self.configuration = configuration
    let limit = isTLS ? TLSEngine.recordSize - 9 : 16_384
    maxFrameBytes = min(max(1, configuration.maxFrameBytes), limit)
    unsafe calls = .allocate(capacity: capacity)
    unsafe calls.initialize(repeating: StreamSlot(), count: capacity)
    freeSlots = Array((0..<capacity).reversed())
  }

  mutating func deallocate() {
    output.deallocate()
    unsafe calls.deinitialize(count: capacity)
    unsafe calls.deallocate()
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<StreamSlot>.allocate(capacity: capacity * 2)
    unsafe larger.moveInitialize(from: calls, count: capacity)
    unsafe (larger + capacity).initialize(repeating: StreamSlot(), count: capacity)
    unsafe calls.deallocate()
    unsafe calls = unsafe larger
    freeSlots = Array((capacity..<capacity * 2).reversed())
    capacity *= 2
  }

  /// All slots, free ones too.
  var slots: Range<Int> { 0..<capacity }

  // MARK: Slots

  /// Puts a call into a free slot.
  mutating func open(
    _ id: UInt64, _ request: HTTP2Request, _ deadline: Deadline,
    _ continuation: UnsafeContinuation<HTTP2Response, Never>
  ) -> Int {
    streams += 1
    open += 1
    if freeSlots.isEmpty { grow() }
    let slot = freeSlots.removeLast()
    unsafe calls[slot].state = .open
    unsafe calls[slot].id = id
    unsafe calls[slot].deadline = deadline
    unsafe calls[slot].receivedBefore = received
    unsafe calls[slot].continuation = continuation
    unsafe calls[slot].headers = request.headers
    unsafe calls[slot].buffer = request.body.buffer
    unsafe calls[slot].body = UnsafeRawPointer(request.body.buffer.base) + request.body.range.lowerBound
    unsafe calls[slot].bodyCount = request.body.count
    unsafe calls[slot].maxResponseBytes = request.maxResponseBytes
    return slot
  }

  /// Takes back a call that nghttp2 refused; its caller is answered by whoever opened it.
  mutating func withdraw(_ slot: Int) {
    open -= 1
    freeSlot(slot)
  }

  /// Forgets an answered call.
  mutating func freeSlot(_ slot: Int) {
    streams -= 1
    if !output.isEmpty, let buffer = unsafe calls[slot].buffer { retired.append(buffer) }
    unsafe calls[slot] = StreamSlot()
    freeSlots.append(slot)
  }

  /// Lets go of a call's body: at once, or with the output if that may refer to it. nghttp2 may ask for it still.
  mutating func releaseBody(_ slot: Int) {
    if !output.isEmpty, let buffer = unsafe calls[slot].buffer { retired.append(buffer) }
    unsafe calls[slot].buffer = nil
    unsafe calls[slot].body = nil
  }

  /// The slot of a call whose caller waits.
  func slot(ofCall id: UInt64) -> Int? {
    slots.first { unsafe calls[$0].state == .open && calls[$0].id == id }
  }

  // MARK: Output

  mutating func advanceOutput(_ count: Int) {
    output.advance(count)
    if output.isEmpty, !retired.isEmpty { retired.removeAll() }
  }

  @inline(__always)
  mutating func appendData(header: UnsafePointer<UInt8>, count: Int, slot: Int) -> Bool {
    let call = unsafe calls + slot
    let payload = unsafe call.pointee.body.unsafelyUnwrapped + call.pointee.sent
    guard unsafe output.append(dataHeader: header, payload: payload, count: count) else { return false }
    unsafe call.pointee.sent &+= count
    progress &+= 1
    if unsafe call.pointee.sent == call.pointee.bodyCount { unsafe call.pointee.endPosition = output.appended }
    return true
  }

  // MARK: Answers

  /// Gives the caller of an open call its answer; the slot stays until nghttp2 forgets the stream.
  mutating func answer(_ slot: Int, failure: HTTP2Failure?, fate: StreamFate) {
    guard unsafe calls[slot].state == .open else { return }
    unsafe calls[slot].state = .answered
    open -= 1
    let response = unsafe calls[slot].response.take(failure: failure, fate: fate)
    let continuation = unsafe calls[slot].continuation
    unsafe calls[slot].continuation = nil
    unsafe continuation?.resume(returning: response)
  }

  /// What is known of a call that was given up by this side, while the connection lives.
  func abandonedFate(_ slot: Int) -> StreamFate {
    unsafe calls[slot].response.isAnswered
      ? .processed
      : calls[slot].fate(written: output.written, cut: false, maxFrameBytes: maxFrameBytes)
  }

  /// nghttp2 has closed the stream of a call.
  mutating func streamClosed(_ slot: Int, code: UInt32) {
    if unsafe calls[slot].state == .open {
      progress &+= 1
      let (failure, fate) = closeReason(slot, code)
      answer(slot, failure: failure, fate: fate)
    }
    freeSlot(slot)
  }

  private func closeReason(_ slot: Int, _ code: UInt32) -> (HTTP2Failure?, StreamFate) {
    let refused = NGHTTP2_REFUSED_STREAM.rawValue
    // 5.2.16: a reset after the complete response doesn't take it back.
    if unsafe calls[slot].response.isComplete { return (nil, .processed) }
    if let reset = unsafe calls[slot].resetCode {
      return (.reset(code: reset), reset == refused ? .neverProcessed : .unknown)
    }
    if code == refused {
      // nghttp2 closes so what a GOAWAY excludes, and what it could no longer open.
      if let goAway { return (.goAway(code: goAway.code, debug: goAway.debug), .neverProcessed) }
      return (.notAccepted, .neverProcessed)
    }
    let words = complaint ?? "the server's response breaks the rules of HTTP/2"
    return (.malformed(words), unsafe calls[slot].response.isAnswered ? .processed : .unknown)
  }

  /// The connection is dead: all open calls end.
  mutating func connectionLost(_ reason: String) {
    for slot in slots where unsafe calls[slot].state == .open {
      var failure = HTTP2Failure.connectionLost(reason: reason)
      if let goAway, goAway.code != 0 { failure = .goAway(code: goAway.code, debug: goAway.debug) }
      let fate = unsafe calls[slot].fate(written: output.written, cut: true, maxFrameBytes: maxFrameBytes)
      answer(slot, failure: failure, fate: fate)
    }
    output.reset()
    retired.removeAll()
  }
}
