internal import CNGHTTP2
internal import TelemetryCore

/// All that nghttp2's callbacks touch. It lives behind a pointer that is nghttp2's user data: in a class each access
/// would be checked for exclusivity at run time, which costs as much as the half of an export.
struct SessionState {
  struct GoAway {
    var code: UInt32
    var debug: String
  }

  var calls: [Call] = []
  private var freeSlots: [Int] = []
  var output = OutputQueue()
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
  var maxConcurrentStreams = 0
  var goAway: GoAway?
  var newGoAway = false
  /// nghttp2's words for what is wrong with the connection or a stream.
  var complaint: String?

  init(configuration: HTTP2Configuration, isTLS: Bool) {
    self.configuration = configuration
    let limit = isTLS ? TLSEngine.recordSize - 9 : 16_384
    maxFrameBytes = min(max(1, configuration.maxFrameBytes), limit)
  }

  // MARK: Slots

  /// Puts a call into a free slot.
  mutating func open(
    _ id: UInt64, _ request: HTTP2Request, _ deadline: Deadline,
    _ continuation: UnsafeContinuation<HTTP2Response, Never>
  ) -> Int {
    streams += 1
    open += 1
    let slot = freeSlots.popLast() ?? calls.count
    if slot == calls.count { calls.append(Call()) }
    calls[slot].state = .open
    calls[slot].id = id
    calls[slot].deadline = deadline
    unsafe calls[slot].continuation = continuation
    calls[slot].request = request
    unsafe calls[slot].body = UnsafeRawPointer(request.body.buffer.base) + request.body.range.lowerBound
    calls[slot].bodyCount = request.body.count
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
    if !output.isEmpty, let buffer = calls[slot].request?.body.buffer { retired.append(buffer) }
    calls[slot] = Call()
    freeSlots.append(slot)
  }

  /// The slot of a call whose caller waits.
  func slot(ofCall id: UInt64) -> Int? {
    calls.firstIndex { $0.state == .open && $0.id == id }
  }

  // MARK: Output

  mutating func advanceOutput(_ count: Int) {
    output.advance(count)
    if output.isEmpty, !retired.isEmpty { retired.removeAll() }
  }

  mutating func appendData(header: UnsafePointer<UInt8>, count: Int, slot: Int) -> Bool {
    let call = unsafe calls[slot].body! + calls[slot].sent
    guard unsafe output.append(dataHeader: header, payload: call, count: count) else { return false }
    calls[slot].sent += count
    if calls[slot].sent == calls[slot].bodyCount { calls[slot].endPosition = output.appended }
    return true
  }

  // MARK: Answers

  /// Gives the caller of an open call its answer; the slot stays until nghttp2 forgets the stream.
  mutating func answer(_ slot: Int, failure: HTTP2Failure?, fate: StreamFate) {
    guard calls[slot].state == .open else { return }
    calls[slot].state = .answered
    open -= 1
    let response = calls[slot].response.take(failure: failure, fate: fate)
    let continuation = unsafe calls[slot].continuation
    unsafe calls[slot].continuation = nil
    unsafe continuation?.resume(returning: response)
  }

  /// What is known of a call that was given up by this side, while the connection lives.
  func abandonedFate(_ slot: Int) -> StreamFate {
    calls[slot].response.isAnswered
      ? .processed
      : calls[slot].fate(written: output.written, cut: false, maxFrameBytes: maxFrameBytes)
  }

  /// nghttp2 has closed the stream of a call.
  mutating func streamClosed(_ slot: Int, code: UInt32) {
    if calls[slot].state == .open {
      let (failure, fate) = closeReason(slot, code)
      answer(slot, failure: failure, fate: fate)
    }
    freeSlot(slot)
  }

  private func closeReason(_ slot: Int, _ code: UInt32) -> (HTTP2Failure?, StreamFate) {
    let refused = NGHTTP2_REFUSED_STREAM.rawValue
    // 5.2.16: a reset after the complete response doesn't take it back.
    if calls[slot].response.isComplete { return (nil, .processed) }
    if let reset = calls[slot].resetCode {
      return (.reset(code: reset), reset == refused ? .neverProcessed : .unknown)
    }
    if code == refused {
      // nghttp2 closes so what a GOAWAY excludes, and what it could no longer open.
      if let goAway { return (.goAway(code: goAway.code, debug: goAway.debug), .neverProcessed) }
      return (.notAccepted, .neverProcessed)
    }
    let words = complaint ?? "the server's response breaks the rules of HTTP/2"
    return (.malformed(words), calls[slot].response.isAnswered ? .processed : .unknown)
  }

  /// The connection is dead: all open calls end.
  mutating func connectionLost(_ reason: String) {
    for slot in calls.indices where calls[slot].state == .open {
      var failure = HTTP2Failure.connectionLost(reason: reason)
      if let goAway, goAway.code != 0 { failure = .goAway(code: goAway.code, debug: goAway.debug) }
      let fate = calls[slot].fate(written: output.written, cut: true, maxFrameBytes: maxFrameBytes)
      answer(slot, failure: failure, fate: fate)
    }
    output.reset()
    retired.removeAll()
  }
}
