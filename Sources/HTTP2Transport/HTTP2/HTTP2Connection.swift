package import TelemetryCore

/// A client's HTTP/2 connection over one transport, in plaintext (with prior knowledge) or TLS.
///
/// The actor is only the driver: it moves bytes and time between the transport, TLS and the session.
package actor HTTP2Connection: LoopHandler {
  enum Phase {
    case idle
    case starting
    case open
    /// No more requests are taken; the open ones go on.
    case draining
    case closed
  }

  /// A request that waits for a stream.
  // SAFETY: the continuation is resumed by whoever takes the request off the list.
  @safe
  struct Waiting {
    let id: UInt64
    let request: HTTP2Request
    let deadline: Deadline
    let continuation: UnsafeContinuation<HTTP2Response, Never>
  }

  package nonisolated let loop: TelemetryLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  let transport: any Transport
  let tls: TLSEngine?
  let configuration: HTTP2Configuration
  let onEvent: @Sendable (HTTP2ConnectionEvent) -> Void
  var phase = Phase.idle
  var session: ClientSession?
  var input: InputBuffer?
  var firstBytes = ProtocolDetector()
  var isWriteBlocked = false
  /// Of the write that ended the connection.
  var writeFailure: HTTP2ConnectError?
  /// A job that goes on with reading is under way.
  var isReadPending = false
  var waiting: [Waiting] = [] { didSet { isAnyoneWaiting = !waiting.isEmpty } }
  /// A look at this costs nothing, one at the list a check of access.
  private(set) var isAnyoneWaiting = false
  /// Requests that were ever taken.
  package private(set) var requestCount: UInt64 = 0
  private var timer: (deadline: Deadline, id: TelemetryLoop.TimerID)?
  /// Of the clocks, when the timer was armed.
  private var timerClocksApart = Duration.zero
  /// nil before the start, and where keepalive is off and no probe under way.
  var keepalive: Keepalive? { didSet { isKeptAlive = keepalive != nil } }
  /// Whether there is any; costs nothing to look at.
  private(set) var isKeptAlive = false
  /// nil before the start, and where silent connections aren't asked.
  var silence: IdleProbe?
  var keepaliveTimer: TelemetryLoop.TimerID?
  let started = Promise<Result<Void, HTTP2ConnectError>>()
  private let settled = Promise<Void>()
  private var isClosing = false

  /// Makes a connection; nothing is sent before `start`. Once started it lives until it is closed, by either side.
  /// - Parameters:
  ///   - loop: The loop that the transport belongs to.
  ///   - tls: The client's side of TLS, not started; nil for plaintext.
  ///   - onEvent: Called on the loop; must not block.
  package init(
    loop: TelemetryLoop, transport: sending any Transport, tls: sending TLSEngine? = nil,
    configuration: HTTP2Configuration = .init(), onEvent: @escaping @Sendable (HTTP2ConnectionEvent) -> Void = { _ in }
  ) {
    self.loop = loop
    self.transport = transport
    self.tls = tls
    self.configuration = configuration
    self.onEvent = onEvent
  }

  /// Whether a request would be taken now: started, no GOAWAY, not closed, stream identifiers left. A request that
  /// is beyond the server's limit of concurrent streams waits in turn.
  package var acceptsRequests: Bool { phase == .open && !isClosing }

  /// The requests that are open: waiting for a stream, being sent, or unanswered.
  package var openRequests: Int { waiting.count + (session?.openCalls ?? 0) }

  /// The peer in words, for messages.
  package var peer: String { transport.peer }

  /// What the peer has shown of itself in the TLS handshake; nil for plaintext.
  package var tlsPeer: TLSPeer? { tls?.peer }

  // MARK: Start and end

  /// Shakes hands: TLS with `h2`, the preface, SETTINGS both ways. Returns when the server's SETTINGS arrived.
  /// After an error the connection is closed.
  package func start(deadline: Deadline) async throws(HTTP2ConnectError) {
    guard phase == .idle, let session = ClientSession(configuration: configuration, isTLS: tls != nil) else {
      throw .cancelled
    }
    phase = .starting
    self.session = session
    input = InputBuffer(isTLS: tls != nil)
    tls?.start()
    if let keepalive = configuration.keepalive { transport.setUserTimeout(keepalive.timeout) }  // 5.7.9
    do throws(SystemError) {
      try transport.activate(self)
      step()
    } catch {
      end(.lost("\(error)"), connectError: .transport(error))
    }
    let result = await withTaskCancellationHandler {
      await started.value(until: deadline, on: loop)
    } onCancel: {
      started.fulfil(.failure(.cancelled))
    }
    guard case .success = result else {
      let error = result.flatMap { if case .failure(let error) = $0 { error } else { nil } } ?? .timedOut
      end(.lost("the connection didn't come about"), connectError: error)
      throw error
    }
  }

  /// Takes no more requests, waits until the open ones have ended or the deadline has passed, says GOAWAY and closes.
  package func close(deadline: Deadline) async {
    guard phase != .closed else { return }
    isClosing = true
    if phase == .open || phase == .draining, openRequests > 0 {
      _ = await settled.value(until: deadline, on: loop)
    }
    end(.orderly, connectError: .cancelled)
  }

  /// The connection ends now: everybody who waits is answered.
  func end(_ reason: HTTP2CloseReason, connectError: HTTP2ConnectError) {
    guard phase != .closed else { return }
    let wasStarted = phase != .idle
    phase = .closed
    if case .orderly = reason { sayGoodbye() }
    transport.close()
    let words: String
    switch reason {
    case .orderly: words = "closed by this side"
    case .lost(let text), .unresponsive(let text): words = text
    }
    session?.connectionLost(words)
    session = nil
    input = nil
    let waiting = waiting
    self.waiting = []
    // What waited for the answer to a probe was never sent: another connection takes it.
    let failure = keepalive?.isProbing == true ? HTTP2Failure.notAccepted : .connectionLost(reason: words)
    for call in waiting { HTTP2Connection.answer(call, failure) }
    if let timer { loop.cancel(timer.id) }
    timer = nil
    if let keepaliveTimer { loop.cancel(keepaliveTimer) }
    keepaliveTimer = nil
    started.fulfil(.failure(connectError))
    settled.fulfil(())
    if wasStarted { onEvent(.closed(reason)) }
  }

  private func sayGoodbye() {
    if let session {
      session.terminate()
      _ = flush(session)
    }
    if let tls {
      tls.close()
      _ = sendCiphertext(tls)
    }
  }

  // MARK: Requests

  /// Sends a request and waits for its response. Several may be open at once. When the deadline passes or the calling
  /// task is cancelled, the stream is reset and the call returns at once.
  /// - Parameter waits: Whether to wait where there is no room (`limit`), or to come back at once as `heldUp`.
  package func request(_ request: HTTP2Request, deadline: Deadline, waits: Bool = true) async -> HTTP2Response {
    guard acceptsRequests else { return HTTP2Response(failure: .notAccepted, fate: .neverProcessed) }
    requestCount += 1
    let id = requestCount
    return await withTaskCancellationHandler {
      await unsafe withUnsafeContinuation { unsafe begin(id, request, deadline, waits, $0) }
    } onCancel: {
      // As a timer that is due: the handler runs on any thread, and must not block there.
      loop.schedule(at: Deadline(.init(nanoseconds: .min))) { self.assumeIsolated { $0.cancel(id) } }
    }
  }

  // Other jobs may have run since the call came, where its task prefers another executor: all is looked at here.
  private func begin(
    _ id: UInt64, _ request: HTTP2Request, _ deadline: Deadline, _ waits: Bool,
    _ continuation: UnsafeContinuation<HTTP2Response, Never>
  ) {
    guard acceptsRequests, !deadline.hasPassed(at: loop.now), !Task.isCancelled else {
      return unsafe refuse(deadline, continuation)
    }
    arm(deadline, forCall: true)
    if isKeptAlive {
      watchForCall()
      if keepalive?.isProbing == true {
        waiting.append(unsafe Waiting(id: id, request: request, deadline: deadline, continuation: continuation))
        return step()
      }
    }
    if !isAnyoneWaiting, let session, session.isFree || (session.hasRoom && (waits || limit == nil)) {
      unsafe submit(id, request, deadline, continuation, session)
      step()
    } else if !waits, let limit {
      unsafe continuation.resume(returning: HTTP2Response(failure: .noStreamAvailable(limit), fate: .neverProcessed))
    } else {
      waiting.append(unsafe Waiting(id: id, request: request, deadline: deadline, continuation: continuation))
      if isKeptAlive { step() }
    }
  }

  @inline(never)
  private func refuse(_ deadline: Deadline, _ continuation: UnsafeContinuation<HTTP2Response, Never>) {
    let failure: HTTP2Failure
    if !acceptsRequests {
      failure = .notAccepted
    } else {
      failure = deadline.hasPassed(at: loop.now) ? .deadline : .cancelled
    }
    unsafe continuation.resume(returning: HTTP2Response(failure: failure, fate: .neverProcessed))
  }

  private func submit(
    _ id: UInt64, _ request: HTTP2Request, _ deadline: Deadline,
    _ continuation: UnsafeContinuation<HTTP2Response, Never>, _ session: ClientSession
  ) {
    let failure: HTTP2Failure
    switch unsafe session.submit(id, request, deadline, continuation) {
    case .done: return
    case .notAccepted(let exhausted):
      if exhausted { exhaust() }
      failure = session.goAwayFailure ?? .notAccepted
    case .invalid(let reason): failure = reason
    }
    unsafe continuation.resume(returning: HTTP2Response(failure: failure, fate: .neverProcessed))
  }

  /// The stream identifiers are used up: those who wait for a stream go elsewhere.
  private func exhaust() {
    guard phase == .open else { return }
    drain()
    onEvent(.streamsExhausted)
  }

  static func answer(_ call: Waiting, _ failure: HTTP2Failure) {
    unsafe call.continuation.resume(returning: HTTP2Response(failure: failure, fate: .neverProcessed))
  }

  /// Opens streams for those who wait, in turn, as far as the server permits; sends them away if it never will.
  @inline(never)
  func startWaiting() {
    while let call = waiting.first, keepalive?.isProbing != true {
      if phase == .draining {
        waiting.removeFirst()
        HTTP2Connection.answer(call, session?.goAwayFailure ?? .notAccepted)
      } else if let session, session.hasRoom {
        waiting.removeFirst()
        unsafe submit(call.id, call.request, call.deadline, call.continuation, session)
      } else {
        return
      }
    }
  }

  /// No more requests are taken; the connection ends with the last of those that are open.
  func drain() {
    phase = .draining
    isClosing = true
  }

  func noteSettled(_ session: ClientSession) {
    guard isClosing, openRequests == 0 else { return }
    settled.fulfil(())
    // Not waiting until all is written: a server that reads nothing would keep the connection for ever.
    if phase == .draining { endOrderly(session) }
  }

  private func cancel(_ id: UInt64) {
    if let index = waiting.firstIndex(where: { $0.id == id }) {
      HTTP2Connection.answer(waiting.remove(at: index), .cancelled)
    } else if let session {
      session.abandon(call: id, .cancelled)
    }
    step()
  }

  // MARK: Deadlines

  /// One timer for the earliest deadline; it isn't taken back when its request has ended, so an answer in time
  /// costs nothing here.
  private func arm(_ deadline: Deadline, forCall: Bool = false) {
    if let timer {
      guard deadline < timer.deadline else { return }
      loop.cancel(timer.id)
    } else {
      if forCall { callBegins(deadline: deadline) }
      guard !deadline.isNever else { return }
      timerClocksApart = clocksApart
    }
    // Held strongly until it fires or the end takes it back: a weak reference, once made, would slow down each retain
    // and release of the connection from then on.
    let id = loop.schedule(at: deadline) { self.assumeIsolated { $0.expire() } }
    timer = (deadline, id)
  }

  private func expire() {
    let fired = timer
    timer = nil
    let now = loop.now
    let late = waiting.filter { $0.deadline.hasPassed(at: now) }
    waiting.removeAll { $0.deadline.hasPassed(at: now) }
    for call in late { HTTP2Connection.answer(call, .deadline) }
    let verdict = session?.abandonLate(now, last: requestCount) ?? .alive
    if let fired { noteTimer(setFor: fired.deadline, clocksApart: timerClocksApart) }
    noteTimeouts(verdict)
    step()
    let earliest = min(waiting.map(\.deadline).min() ?? .never, session?.earliestDeadline ?? .never)
    if phase != .closed { arm(earliest) }
  }
}
